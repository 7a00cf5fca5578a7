-- The pictures that were shown, oldest first: KEYS[1] is a sorted set, in which each has a number.
-- ARGV is how many are kept, for how many milliseconds, and which ones are shown now; the answer is
-- which of them are new.
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or 0
local new = {}
for n = 3, #ARGV do
    if redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', last + 1), ARGV[n]) == 1 then
        last = last + 1
        new[#new + 1] = ARGV[n]
    end
end
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[1] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return new
