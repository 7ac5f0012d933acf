-- The script's world, as far as it is written in its own language: `app`, errors, coroutines, `app.parallel`
-- and the iterators. It is run once in every new interpreter, before the sandbox closes. Everything it uses
-- later is kept in locals, so that nothing a script does to its globals reaches it.

local native = ...

local error, pcall, type, select, next, raw_pairs = error, pcall, type, select, next, pairs
local rawget, rawset, rawequal, setmetatable, raw_tostring = rawget, rawset, rawequal, setmetatable, tostring
local unpack, insert, table_sort = table.unpack, table.insert, table.sort
local string_format, string_find, string_match = string.format, string.find, string.match
local string_gmatch, string_gsub, string_sub = string.gmatch, string.gsub, string.sub
local concat, raw_date = table.concat, os.date
local debug_info = debug.info
local create, raw_resume, raw_yield = coroutine.create, coroutine.resume, coroutine.yield
local raw_status, is_yieldable = coroutine.status, coroutine.isyieldable
local string_library = string

local function pack(...)
  return { n = select("#", ...), ... }
end

-- Errors -----------------------------------------------------------------------------------------------

-- What a script catches from a call: members to look at, and text wherever text is wanted.
local Failure = {}

local function has_text(value)
  return type(value) == "table" and native.is_failure(value)
end

function Failure.__tostring(self)
  return rawget(self, "text")
end

function Failure.__concat(left, right)
  local function text(value)
    return has_text(value) and rawget(value, "text") or value
  end
  return text(left) .. text(right)
end

-- `err:find("…")` works as it does on the plain text that other runtimes raise.
function Failure.__index(self, key)
  local method = string_library[key]
  if type(method) ~= "function" then return nil end
  return function(first, ...)
    if rawequal(first, self) then first = rawget(self, "text") end
    return method(first, ...)
  end
end

Failure.__metatable = "error"

-- Where the script is: the nearest line that is not of this file.
local function position()
  for level = 2, 60 do
    local source, line = debug_info(level, "sl")
    if source == nil then return "" end
    if source ~= "[latch]" and source ~= "[C]" and line > 0 then
      return source .. ":" .. line .. ": "
    end
  end
  return ""
end

local function raise(fields)
  fields.text = position() .. fields.text
  error(native.freeze(setmetatable(fields, Failure)), 0)
end

local function raise_misuse(message)
  raise({ class = "invalid_arguments", message = message, text = message, retry_safe = true })
end

-- Coroutines -------------------------------------------------------------------------------------------
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

-- Calls ------------------------------------------------------------------------------------------------

local function await(id)
  while wait(id) ~= id do end
  return native.take(id)
end

local function invoke(account, name, ...)
  if not is_yieldable() then raise_misuse(NOT_HERE) end
  local id, failure = native.submit(account, name, in_parallel, ...)
  if not id then raise(failure) end
  local ok, value = await(id)
  if not ok then raise(value) end
  return value
end

local function caller_of(account, name)
  return function(...)
    return invoke(account, name, ...)
  end
end

-- All items of a list, page after page, each page fetched when it is needed.
local function iterator_of(account, list)
  return function(arguments)
    if arguments ~= nil and type(arguments) ~= "table" then
      raise_misuse("each_… takes one table of named arguments, not a " .. type(arguments))
    end
    local page, place, more, seen = {}, 0, true, 0
    local wanted = {}
    for name, value in raw_pairs(arguments or {}) do wanted[name] = value end
    if list.limit and wanted.limit == nil and wanted._limit == nil then wanted.limit = list.limit end
    local skip = wanted.skip or wanted._skip or 0
    return function()
      place += 1
      while page[place] == nil do
        if not more then return nil end
        if list.paging == "skip" then
          wanted._skip, wanted.skip = nil, skip + seen
        end
        local answer = invoke(account, list.name, wanted)
        page, place = answer.data or {}, 1
        seen += #page
        if list.paging == "cursor" then
          wanted._cursor = answer.cursor_next
          more = answer.cursor_next ~= nil
        else
          more = list.paging == "skip" and answer.has_more == true and #page > 0
        end
      end
      return page[place]
    end
  end
end

-- Calls several functions; while one waits for Close the others go on.
local function parallel(functions)
  if type(functions) ~= "table" then
    raise_misuse("app.parallel takes a table of functions, not a " .. type(functions))
  end
  local workers = {}
  for key, f in raw_pairs(functions) do
    if type(f) ~= "function" then
      raise_misuse("app.parallel takes a table of functions; at " .. raw_tostring(key) .. " there is a " .. type(f))
    end
    insert(workers, { key = key, co = create(f) })
  end
  if not is_yieldable() then raise_misuse(NOT_HERE) end

  local results, failed, waiting, active, started = {}, nil, {}, 0, 0

  local function step(worker, ...)
    local outer_depth, outer_parallel = depth, in_parallel
    depth, in_parallel = 0, true
    local r = pack(raw_resume(worker.co, ...))
    depth, in_parallel = outer_depth, outer_parallel
    while r[1] and r.n == 1 and raw_status(worker.co) == "suspended" do
      give_way()
      depth, in_parallel = 0, true
      r = pack(raw_resume(worker.co))
      depth, in_parallel = outer_depth, outer_parallel
    end
    if r[1] and raw_status(worker.co) == "suspended" then
      for place = 3, r.n do waiting[r[place]] = worker end
      return
    end
    active -= 1
    if r[1] then
      results[worker.key] = r[2]
    elseif failed == nil then
      failed = { error = r[2] }
    end
  end

  repeat
    while active < native.parallel() and started < #workers and not failed do
      started += 1
      active += 1
      step(workers[started])
    end
    if active > 0 then
      local ids = {}
      for id in raw_pairs(waiting) do insert(ids, id) end
      local id = wait(unpack(ids))
      local worker = waiting[id]
      for other, its in raw_pairs(waiting) do
        if its == worker then waiting[other] = nil end
      end
      if worker then step(worker, id) end
    end
  until active == 0 and (failed or started == #workers)
  if failed then error(failed.error, 0) end
  return results
end

-- Namespaces -------------------------------------------------------------------------------------------

local functions, lists = native.functions(), native.lists()
local open_namespaces = setmetatable({}, { __mode = "k" })

-- What stands at a path that leads nowhere: it can be followed and called, and says so when it is called.
local function nowhere(path, resolve)
  return setmetatable({}, {
    __call = function() raise(native.unknown(path)) end,
    __index = function(_, key)
      if type(key) ~= "string" then return nil end
      return resolve and resolve(key) or nowhere(path .. "." .. key)
    end,
    __metatable = "path",
  })
end

local account_namespace

local function close_namespace(account)
  local namespace = {}
  for _, name in functions do namespace[name] = caller_of(account, name) end
  for name, list in raw_pairs(lists) do namespace[name] = iterator_of(account, list) end
  local accounts = {}
  open_namespaces[namespace] = account == nil and accounts or {}
  return setmetatable(namespace, {
    __index = function(_, key)
      if type(key) ~= "string" then return nil end
      if native.resolves(key) then return caller_of(account, key) end
      local path = "integrations.close." .. (account and account .. "." or "") .. key
      if account ~= nil then return nowhere(path) end
      accounts[key] = accounts[key] or account_namespace(key, path)
      return accounts[key]
    end,
    __metatable = "namespace",
  })
end

-- Whether an account of that name exists is known only when it is called.
function account_namespace(name, path)
  if name == "default" then return close_namespace(nil) end
  return nowhere(path, function(key)
    if native.resolves(key) then return caller_of(name, key) end
    if lists[key] then return iterator_of(name, lists[key]) end
    return nil
  end)
end

local close = close_namespace(nil)
local integrations = setmetatable({ close = close }, {
  __index = function(_, key)
    return type(key) == "string" and nowhere("integrations." .. key) or nil
  end,
})
local app = setmetatable({ integrations = integrations, parallel = parallel }, {
  __index = function(_, key)
    return type(key) == "string" and nowhere(key) or nil
  end,
})

-- `pairs(app.integrations.close)` lists the accounts too, which have to be asked for.
local function pairs_with_accounts(value)
  local accounts = type(value) == "table" and open_namespaces[value]
  if not accounts then return raw_pairs(value) end
  local all = {}
  for name, f in next, value do all[name] = f end
  all.default = rawequal(value, close) and close.default or nil
  if rawequal(value, close) and is_yieldable() then
    local id = native.ask_accounts()
    for _, name in select(2, await(id)) do
      if all[name] == nil then all[name] = close[name] end
    end
  end
  return next, all
end

-- Values as text ---------------------------------------------------------------------------------------

-- Functions that fail with a sentence instead of raising: raised here, at the caller's line.
local function checked(ok, ...)
  if ok then return ... end
  error((...), 3)
end

local function text_of(value)
  local kind = type(value)
  if kind == "string" then return value end
  if kind == "table" then
    if native.has_own_text(value) then return raw_tostring(value) end
    return (checked(native.readable(value)))
  end
  -- No address of the host's memory is told.
  if kind == "function" or kind == "thread" or kind == "buffer" then return kind end
  if kind == "userdata" then return (checked(native.readable(value))) end
  return raw_tostring(value)
end

local function tostring_value(...)
  if select("#", ...) == 0 then error("missing argument #1", 2) end
  return text_of((...))
end

local function print_line(...)
  local parts = pack(...)
  for place = 1, parts.n do parts[place] = text_of(parts[place]) end
  native.print(concat(parts, "\t", 1, parts.n))
end

local function dump_value(value)
  native.print(text_of(value))
  return value
end

-- Errors of library functions that are called from here name the script's line, not one of this file.
local function relocated(ok, ...)
  if ok then return ... end
  local problem = ...
  if type(problem) == "string" then
    local rest = string_match(problem, "^%[latch%]:%d+: (.*)$")
    if rest then problem = position() .. rest end
  end
  error(problem, 0)
end

local function format(pattern, ...)
  local count = select("#", ...)
  local values
  for place = 1, count do
    local kind = type((select(place, ...)))
    if kind ~= "string" and kind ~= "number" and kind ~= "boolean" and kind ~= "nil" then
      values = values or pack(...)
      values[place] = text_of(values[place])
    end
  end
  if has_text(pattern) then pattern = text_of(pattern) end
  if values then return relocated(pcall(string_format, pattern, unpack(values, 1, count))) end
  return relocated(pcall(string_format, pattern, ...))
end

-- Library functions that would run for ever, and none can stop ------------------------------------------

-- The matcher looks at the clock at each step, but a step goes through a whole run of the text, and for each of
-- its bytes through a whole set of the pattern.
local MOST_WORK = 2 ^ 25
local function affordable(text, pattern)
  if type(text) ~= "string" or type(pattern) ~= "string" or #text * #pattern <= MOST_WORK then return end
  if #text * native.pattern_cost(pattern) > MOST_WORK then
    error("the pattern is too costly for a text of this length; shorten its sets, or the text", 3)
  end
end

-- A plain search takes time in proportion to the product of both lengths in the interpreter's own code.
local function find(text, pattern, start, plain)
  if has_text(text) then text = text_of(text) end
  local number = start == nil or type(start) == "number"
  if number and type(text) == "string" and type(pattern) == "string" and (plain or native.is_plain(pattern)) then
    local first, last = native.find(text, pattern, start)
    if first then return first, last end
    return nil
  end
  affordable(text, pattern)
  return relocated(pcall(string_find, text, pattern, start, plain))
end

local function move(from, first, last, target, into)
  into = into or from
  if type(from) ~= "table" then error("invalid argument #1 to 'move' (table expected, got " .. type(from) .. ")", 2) end
  if type(into) ~= "table" then error("invalid argument #5 to 'move' (table expected, got " .. type(into) .. ")", 2) end
  if last >= first then
    if target > last or target <= first or not rawequal(from, into) then
      for place = 0, last - first do into[target + place] = from[first + place] end
    else
      for place = last - first, 0, -1 do into[target + place] = from[first + place] end
    end
  end
  return into
end

local function ascending(left, right)
  return left < right
end

-- The interpreter's own comparison cannot be interrupted; for a long list, or one of long texts, ours is used,
-- which can.
local LONG_LIST, LONG_TEXT = 10000, 200
local function is_long(list)
  if #list > LONG_LIST then return true end
  for place = 1, #list do
    local item = rawget(list, place)
    if type(item) == "string" and #item > LONG_TEXT then return true end
  end
  return false
end

local function sort(list, comparison)
  if comparison == nil and type(list) == "table" and is_long(list) then comparison = ascending end
  return relocated(pcall(table_sort, list, comparison))
end

local function match(text, pattern, start)
  if has_text(text) then text = text_of(text) end
  affordable(text, pattern)
  return relocated(pcall(string_match, text, pattern, start))
end

local function gmatch(text, pattern)
  affordable(text, pattern)
  return relocated(pcall(string_gmatch, text, pattern))
end

local function gsub(text, pattern, replacement, most)
  affordable(text, pattern)
  return relocated(pcall(string_gsub, text, pattern, replacement, most))
end

-- `!` asks for UTC; without it the interpreter would use the zone of the machine.
local LONGEST_DATE = 1000
local function date(pattern, time)
  if pattern == nil then pattern = "%c" end
  if type(pattern) == "string" then
    if #pattern > LONGEST_DATE then error("the pattern of a date is too long", 2) end
    if string_sub(pattern, 1, 1) ~= "!" then pattern = "!" .. pattern end
  end
  return relocated(pcall(raw_date, pattern, time))
end

-- What scripts find ------------------------------------------------------------------------------------

local function raising(f)
  return function(...)
    return checked(f(...))
  end
end

local function library(members)
  local made = {}
  for name, member in raw_pairs(members) do
    made[name] = type(member) == "function" and raising(member) or member
  end
  return made
end

native.failures(Failure)

_VERSION = native.version
-- A name that Lua 5.1 has and the interpreter does not.
string.gfind = gmatch
print, dump, tostring, pairs = print_line, dump_value, tostring_value, pairs_with_accounts
string.find, string.format, string.split = find, format, raising(native.split)
string.match, string.gmatch, string.gsub = match, gmatch, gsub
table.move, table.sort = move, sort
coroutine.resume, coroutine.wrap, coroutine.yield = drive, coroutine_wrap, coroutine_yield
json, regex, dates, docs = library(native.json), library(native.regex), library(native.dates), library(native.docs)
os = { clock = native.clock, date = date, difftime = os.difftime, time = os.time }
debug = { traceback = debug.traceback }
rawset(_G, "app", app)
rawset(_G, "close", close)
for _, name in { "require", "loadstring", "load", "getfenv", "setfenv", "newproxy", "collectgarbage", "gcinfo" } do
  rawset(_G, name, nil)
end

-- A record shows the beginning of an error; megabytes of text need not leave the interpreter for that.
local LONGEST_ERROR = 16384
local function outcome(ok, ...)
  local problem = ...
  if not ok and type(problem) == "string" and #problem > LONGEST_ERROR then
    return ok, string_sub(problem, 1, LONGEST_ERROR)
  end
  return ok, ...
end

-- What the driver starts: a script, protected, so that whatever it raises arrives whole.
return function(script)
  depth, in_parallel = 0, false
  return outcome(pcall(script))
end
