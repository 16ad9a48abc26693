-- Sends prepared requests in their order, and prints what wrk measured as one line of JSON.
--
-- wrk ... -s load.lua URL -- FILE COUNT: the file holds requests as `LENGTH\nBYTES`, one after the other;
-- with COUNT = 1 the statuses of the answers are counted, which costs wrk some speed.

local all_threads = {}

function setup(thread)
  all_threads[#all_threads + 1] = thread
end

function init(arguments)
  prepared, sent = {}, 0
  local file = assert(io.open(arguments[1], "rb"))
  local length = file:read("*n")
  while length do
    file:read(1)
    prepared[#prepared + 1] = file:read(length)
    length = file:read("*n")
  end
  file:close()
  if #prepared == 1 then
    wrk.format = function() return prepared[1] end -- no Lua for each request then
  else
    request = following
  end
  if arguments[2] == "1" then
    local seen = {}
    response = function(status)
      seen[status] = (seen[status] or 0) + 1
      counted = seen
    end
  end
end

function following()
  sent = sent + 1
  return prepared[(sent - 1) % #prepared + 1]
end

function done(summary, latency)
  local total = {}
  for _, thread in ipairs(all_threads) do
    for status, times in pairs(thread:get("counted") or {}) do
      total[status] = (total[status] or 0) + times
    end
  end
  local statuses = {}
  for status, times in pairs(total) do
    statuses[#statuses + 1] = string.format('"%d":%d', status, times)
  end
  local errors = summary.errors
  io.write("MEASURED ", string.format(
    '{"requests":%d,"microseconds":%d,"bytes":%d,"p50":%d,"p90":%d,"p99":%d,"most":%d,"refused":%d,"broken":%d,"statuses":{%s}}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, table.concat(statuses, ",")))
end
