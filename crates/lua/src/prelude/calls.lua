-- Calls.

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
