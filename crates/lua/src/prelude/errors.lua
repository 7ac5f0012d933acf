-- Errors.

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
