-- One origin's budgets, kept by the server: the arithmetic of `limits.py` and `ledger.py`.
--
-- KEYS[1] is the origin's ledger. ARGV is an operation, the moment (empty: the server's own clock;
-- only tests give one), a route, what the operation takes besides, a ticket, and a duration: how
-- long the claim can wait, or how long ago or ahead it is that something happens. No two machines
-- need agree on the time of day, so that nothing else than durations comes and goes.
--
-- A ledger is {clock, full_at, spare, windows, blocked, born}; a window is {entries, queue}, flat
-- lists of (ticket, free_at, answered) and of (ticket, asks_at). One that is not there was lost, or
-- is new, which nobody can tell apart: it counts as used up from the moment that it was born.
local ORPHAN, GRACE, LONGEST_BLOCK, IDLE = 600, 2, 86400, 86400
local CLOCK, FULL_AT, SPARE, WINDOWS, BLOCKED, BORN = 1, 2, 3, 4, 5, 6
local operation, route = ARGV[1], ARGV[3]
local ticket, duration = ARGV[#ARGV - 1], tonumber(ARGV[#ARGV])
local max, min = math.max, math.min

local now = tonumber(ARGV[2])
if not now then
    local time = redis.call('TIME')
    now = time[1] + time[2] / 1000000
end

local function opened()
    local body = redis.pcall('GET', KEYS[1])
    if type(body) == 'string' then
        local whole, ledger = pcall(cmsgpack.unpack, body)
        if whole and type(ledger) == 'table' and ledger[BORN] then
            return ledger
        end
    end
    return nil
end

-- A clock that went back takes all moments with it, so that no time counts as passed.
local function shift(ledger, by)
    ledger[FULL_AT] = ledger[FULL_AT] and ledger[FULL_AT] + by
    ledger[BORN] = ledger[BORN] + by
    for n, slot in ipairs(ledger[SPARE]) do
        ledger[SPARE][n] = slot + by
    end
    for _, window in pairs(ledger[WINDOWS]) do
        for n = 2, #window[1], 3 do
            window[1][n] = window[1][n] + by
        end
        for n = 2, #window[2], 2 do
            window[2][n] = window[2][n] + by
        end
    end
    for path, till in pairs(ledger[BLOCKED]) do
        ledger[BLOCKED][path] = till + by
    end
end

-- Keep those of a flat list that still count and are not of a ticket.
local function kept(list, size, grace, without)
    local left = {}
    for n = 1, #list, size do
        if list[n + 1] + grace > now and list[n] ~= without then
            for at = n, n + size - 1 do
                left[#left + 1] = list[at]
            end
        end
    end
    return left
end

local function tidy(ledger)
    if now < ledger[CLOCK] then
        shift(ledger, now - ledger[CLOCK])
    end
    ledger[CLOCK] = now
    for _, window in pairs(ledger[WINDOWS]) do
        window[1], window[2] = kept(window[1], 3, 0), kept(window[2], 2, GRACE)
    end
    for path, till in pairs(ledger[BLOCKED]) do
        if till <= now then
            ledger[BLOCKED][path] = nil
        end
    end
end

local function last_moment(ledger)
    local last = max(now, ledger[FULL_AT] or now)
    for _, window in pairs(ledger[WINDOWS]) do
        for n = 2, #window[1], 3 do
            last = max(last, window[1][n])
        end
        for n = 2, #window[2], 2 do
            last = max(last, window[2][n])
        end
    end
    for _, till in pairs(ledger[BLOCKED]) do
        last = max(last, till)
    end
    return last
end

local function keep(ledger)
    local milliseconds = math.ceil((last_moment(ledger) - now + IDLE) * 1000)
    redis.call('SET', KEYS[1], cmsgpack.pack(ledger), 'PX', string.format('%.0f', milliseconds))
end

local function forget_ticket(ledger)
    local window = ledger[WINDOWS][route]
    if window then
        window[1], window[2] = kept(window[1], 3, 0, ticket), kept(window[2], 2, GRACE, ticket)
    end
end

local function window_of(ledger)
    local window = ledger[WINDOWS][route] or {{}, {}}
    ledger[WINDOWS][route] = window
    return window
end

local function next_turn(ledger, calls, seconds)
    local window, frees, place = ledger[WINDOWS][route] or {{}, {}}, {}, nil
    for n = 1, #window[1], 3 do
        local free_at = window[1][n + 1]
        frees[#frees + 1] = window[1][n + 2] and free_at or min(free_at, now + seconds)
    end
    if ledger[BORN] + seconds > now then
        for _ = 1, calls do
            frees[#frees + 1] = ledger[BORN] + seconds
        end
    end
    table.sort(frees)
    place = #window[2] / 2
    for n = 1, #window[2], 2 do
        if window[2][n] == ticket then
            place = (n - 1) / 2
            break
        end
    end
    local rounds = math.floor(place / calls)
    -- Of as many free places as there are calls, and those that come free, the last ones count.
    local at = #frees - calls + 1 + (place - rounds * calls)
    return (at < 1 and now or frees[at]) + rounds * seconds
end

local function next_slot(ledger, rate, burst)
    local found = nil
    for _, slot in ipairs(ledger[SPARE]) do
        if slot >= now and (not found or slot < found) then
            found = slot
        end
    end
    return found or max(now, ledger[FULL_AT] - (burst - 1) / rate)
end

local function take_slot(ledger, rate, slot)
    local spare, taken = {}, false
    for _, other in ipairs(ledger[SPARE]) do
        if other == slot and not taken then
            taken = true
        elseif other >= now then
            spare[#spare + 1] = other
        end
    end
    ledger[SPARE] = spare
    if not taken then
        ledger[FULL_AT] = max(now, ledger[FULL_AT]) + 1 / rate
    end
end

local function queue(ledger, asks_at)
    local list = window_of(ledger)[2]
    for n = 1, #list, 2 do
        if list[n] == ticket then
            list[n + 1] = asks_at
            return
        end
    end
    list[#list + 1] = ticket
    list[#list + 1] = asks_at
end

local function enter(ledger, free_at, answered)
    local list = window_of(ledger)[1]
    list[#list + 1] = ticket
    list[#list + 1] = free_at
    list[#list + 1] = answered
end

-- The verdict: 0 for go and how many are left, 1 for again and when it is ready, 2 for denied and
-- whether the service itself said so.
local function reserve(ledger, path, rate, burst, calls, seconds)
    local latest = duration and now + duration or math.huge
    local blocked = ledger[BLOCKED][path]
    local ready = max(now, blocked or now)
    ledger[FULL_AT] = ledger[FULL_AT] or ledger[BORN] + burst / rate
    if calls then
        ready = max(ready, next_turn(ledger, calls, seconds))
    end
    local slot = next_slot(ledger, rate, burst)
    local at = max(ready, slot)
    if at > latest then
        forget_ticket(ledger)
        return {2, at - now, at == blocked and 1 or 0}
    end
    if ready > now then
        local asks_at = calls and min(ready, now + seconds) or ready
        if calls then
            queue(ledger, asks_at)
        end
        return {1, asks_at - now, ready - now}
    end
    take_slot(ledger, rate, slot)
    forget_ticket(ledger)
    if calls then
        enter(ledger, min(latest, slot + ORPHAN) + seconds, false)
    end
    local left = burst - max(0, ledger[FULL_AT] - now) * rate + 1e-6
    return {0, slot - now, max(0, math.floor(left))}
end

local ledger = opened()
if not ledger then
    ledger = {now, false, {}, {}, {}, now}
end
tidy(ledger)
local found = ''
if operation == 'reserve' then
    local rate, burst = ARGV[5] + 0, ARGV[6] + 0
    if ARGV[9] == 'lost' then
        ledger[FULL_AT], ledger[BORN] = max(ledger[FULL_AT] or 0, now + burst / rate), now
    end
    local calls, seconds = tonumber(ARGV[7]), tonumber(ARGV[8])
    found = cmsgpack.pack(reserve(ledger, ARGV[4], rate, burst, calls, seconds))
elseif operation == 'settle' then
    local window = window_of(ledger)
    window[1] = kept(window[1], 3, 0, ticket)
    enter(ledger, now + ARGV[4] - duration, true)
elseif operation == 'release' then
    forget_ticket(ledger)
    local slot = duration and now + duration
    if slot and now < slot and slot < (ledger[FULL_AT] or 0) then
        ledger[SPARE][#ledger[SPARE] + 1] = slot
    end
elseif operation == 'block' then
    local till = now + min(duration, LONGEST_BLOCK)
    ledger[BLOCKED][ARGV[4]] = max(ledger[BLOCKED][ARGV[4]] or 0, till)
end
keep(ledger)
return found
