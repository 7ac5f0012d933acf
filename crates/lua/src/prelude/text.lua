-- Values as text.

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
    problem = string_match(problem, "^%[latch%]:%d+: (.*)$") or problem
    if not string_match(problem, "^[^:\n]+:%d+: ") then problem = position() .. problem end
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
