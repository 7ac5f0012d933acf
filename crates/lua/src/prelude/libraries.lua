-- Library functions that would run for ever, and none can stop.

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
  if has_text(text) then text = text_of(text) end
  affordable(text, pattern)
  return relocated(pcall(string_gmatch, text, pattern))
end

local function gsub(text, pattern, replacement, most)
  if has_text(text) then text = text_of(text) end
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
