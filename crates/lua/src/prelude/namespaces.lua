-- Namespaces.

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

local known_accounts

-- `pairs(app.integrations.close)` lists the accounts too, which have to be asked for.
local function pairs_with_accounts(value)
  local accounts = type(value) == "table" and open_namespaces[value]
  if not accounts then return raw_pairs(value) end
  local all = {}
  for name, f in next, value do all[name] = f end
  all.default = rawequal(value, close) and close.default or nil
  if rawequal(value, close) and is_yieldable() then
    -- Asked for once in a run.
    known_accounts = known_accounts or select(2, await(native.ask_accounts()))
    for _, name in known_accounts do
      if all[name] == nil then all[name] = close[name] end
    end
  end
  return next, all
end
