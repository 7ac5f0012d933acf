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
