-- One use of every limit at once, or of none where one that refuses is exceeded: gcra.py's take(), in Redis.
-- KEYS[i]   when all uses of limit i are back, in microseconds (absent: they are)
-- ARGV[1]   the time in microseconds, or 0 for Redis's own clock, which all workers share
-- ARGV      then for each limit: interval, tolerance (microseconds), 1 if it refuses or 0 if it holds
-- Returns   the time, then for each limit: when all uses are back, and how long to wait
local now = tonumber(ARGV[1])
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

local stored = redis.call('MGET', unpack(KEYS))
local full_at, waits, refused = {}, {}, false
for i = 1, #KEYS do
  local interval, tolerance = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  full_at[i] = math.max(tonumber(stored[i] or now), now)
  if full_at[i] > now + tolerance then
    full_at[i] = now -- written before the clock was set back
  end
  waits[i] = math.max(0, full_at[i] + interval - tolerance - now)
  refused = refused or (waits[i] > 0 and ARGV[3 * i + 1] == '1')
end

local reading = {now}
for i = 1, #KEYS do
  if not refused and waits[i] == 0 then
    full_at[i] = full_at[i] + tonumber(ARGV[3 * i - 1])
    -- tostring() would round to 14 digits
    redis.call('SET', KEYS[i], string.format('%.0f', full_at[i]), 'PX', math.ceil((full_at[i] - now) / 1000))
  end
  reading[2 * i] = full_at[i]
  reading[2 * i + 1] = waits[i]
end
return reading
