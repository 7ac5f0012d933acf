-- Coroutines.
--
-- The interpreter gives up its thread in two ways: when a slice of time is over it yields nothing, and when a
-- call is under way this file yields WAIT and the calls it waits for. Both must reach the driver through any
-- number of coroutines that a script has made, and no script may see them. So a script's own yields are
-- marked with YIELD, and `coroutine.resume` and `coroutine.wrap` pass on whatever is not.

local WAIT, YIELD = native.wait, native.yield
-- How many coroutines of the script's are resumed within each other here.
local depth = 0
-- Whether a function of `app.parallel` is running.
local in_parallel = false

local NOT_HERE = "Close functions cannot be called here: not within a comparison function of table.sort, "
  .. "a replacement function of string.gsub, or a metamethod. Fetch what is needed first."

-- Gives the thread away where that is possible.
local function give_way()
  if is_yieldable() then raw_yield() end
end

local function wait(...)
  if not is_yieldable() then raise_misuse(NOT_HERE) end
  return raw_yield(WAIT, ...)
end

local function drive(co, ...)
  depth += 1
  local results = pack(raw_resume(co, ...))
  depth -= 1
  while results[1] and raw_status(co) == "suspended" do
    if results.n == 1 then
      give_way()
      depth += 1
      results = pack(raw_resume(co))
      depth -= 1
    elseif rawequal(results[2], WAIT) then
      local finished = wait(unpack(results, 3, results.n))
      depth += 1
      results = pack(raw_resume(co, finished))
      depth -= 1
    else
      -- A yield of the script's own: the mark is taken off.
      return true, unpack(results, 3, results.n)
    end
  end
  return unpack(results, 1, results.n)
end

local function coroutine_yield(...)
  if depth == 0 then error("attempt to yield from outside a coroutine", 2) end
  return raw_yield(YIELD, ...)
end

local function finish_wrapped(ok, ...)
  if ok then return ... end
  error((...), 0)
end

local function coroutine_wrap(f)
  local co = create(f)
  return function(...)
    return finish_wrapped(drive(co, ...))
  end
end
