-- What scripts find.

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
  depth, in_parallel, known_accounts = 0, false, nil
  return outcome(pcall(script))
end
