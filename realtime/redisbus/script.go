package redisbus

import "github.com/redis/rueidis"

// scripts are what runs inside Redis, each at one moment.
type scripts struct {
	apply, register, beat, read, cached *rueidis.Lua
}

// common is in front of every script. KEYS[1] is the prefix of all keys, ARGV[1] the node.
//
// A message is a line of netstrings: epoch, version, node, 1 if it changes facts, Redis' time
// in ms, and then parts. A part is its letter and what belongs to it: f fact n info, t fact + or -, w (all
// facts of the node follow), g node (it is gone), b (a beat), e message, h channel seq.
const common = `
local P, self = KEYS[1], ARGV[1]
local out, turns = {}, {}
local function ns(s) s = tostring(s) return #s .. ':' .. s end
local function now() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end
local function set(who, fact, n, info)
  local key = P .. 'node:' .. who
  local old = tonumber(string.match(redis.call('HGET', key, fact) or '0', '^%d+'))
  if n > 0 then redis.call('HSET', key, fact, n .. ' ' .. info) else redis.call('HDEL', key, fact) end
  if n == old then return false, '' end
  local sum = redis.call('HINCRBY', P .. 'held', fact, n - old)
  if sum <= 0 then redis.call('HDEL', P .. 'held', fact) return true, '-' end
  if sum == n - old then return true, '+' end
  return true, ''
end
local function turned(fact, turn)
  local part = ns('t') .. ns(fact) .. ns(turn)
  out[#out + 1] = part
  turns[#turns + 1] = part
end
local function tell(fact, n, info) out[#out + 1] = ns('f') .. ns(fact) .. ns(n) .. ns(info) end
local function publish(epoch, version, changes)
  redis.call('PUBLISH', P .. 'bus', ns(epoch) .. ns(version) .. ns(self) .. ns(changes) .. ns(now()) .. table.concat(out))
end
local function current() return redis.call('GET', P .. 'version') or '0' end
`

// apply does one batch. ARGV: node, epoch, then parts of four. It answers "lost" to a node
// that has no lease or knows another epoch, before it does anything.
const apply = common + `
local epoch = redis.call('GET', P .. 'epoch')
if epoch ~= ARGV[2] or not redis.call('ZSCORE', P .. 'nodes', self) then return {'lost'} end
local changes = 0
for i = 3, #ARGV, 4 do
  local kind, a, b, c = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if kind == 'f' then
    local changed, turn = set(self, a, tonumber(b), c)
    if changed then
      changes = 1
      tell(a, b, c)
      if turn ~= '' then turned(a, turn) end
    end
  elseif kind == 'c' then
    local at = now()
    redis.call('HSET', P .. 'cache', a, b)
    redis.call('ZADD', P .. 'cached', at, a)
    local old = redis.call('ZRANGEBYSCORE', P .. 'cached', '-inf', at - tonumber(c), 'LIMIT', 0, 100)
    if #old == 0 and redis.call('ZCARD', P .. 'cached') > 10000 then old = redis.call('ZRANGE', P .. 'cached', 0, 0) end
    for _, field in ipairs(old) do
      redis.call('HDEL', P .. 'cache', field)
      redis.call('ZREM', P .. 'cached', field)
    end
  elseif kind == 'h' then out[#out + 1] = ns('h') .. ns(a) .. ns(b)
  else out[#out + 1] = ns(kind) .. ns(a) end
end
local version = current()
if changes == 1 then version = redis.call('INCR', P .. 'version') end
if #out > 0 then publish(epoch, version, changes) end
return {'ok', tostring(version), tostring(now()), table.concat(turns)}
`

// register makes the facts of a node just those of ARGV: node, an epoch in case there is
// none, the epoch that the node knew, then fact, n, info and the epoch in which it was
// registered before. Under a new epoch, what is only registered again turns nothing.
const register = common + `
redis.call('SET', P .. 'epoch', ARGV[2], 'NX')
local epoch = redis.call('GET', P .. 'epoch')
redis.call('ZADD', P .. 'nodes', now(), self)
local stay = {}
out[1] = ns('w')
for i = 4, #ARGV, 4 do
  local fact, n, info, known = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2], ARGV[i + 3]
  local again = known ~= '' and known ~= epoch
  if n > 0 then
    stay[fact] = true
    local _, turn = set(self, fact, n, info)
    tell(fact, n, info)
    if turn ~= '' and not again then turned(fact, turn) end
  elseif again and redis.call('HEXISTS', P .. 'held', fact) == 0 then
    turned(fact, '-')
  end
end
local before = redis.call('HKEYS', P .. 'node:' .. self)
for _, fact in ipairs(before) do
  if not stay[fact] then
    local _, turn = set(self, fact, 0, '')
    if turn ~= '' then turned(fact, turn) end
  end
end
local version = redis.call('INCR', P .. 'version')
publish(epoch, version, 1)
return {epoch, tostring(version), tostring(now()), table.concat(turns)}
`

// beat renews the lease, takes back what the gone have held, and lets everybody hear it.
// ARGV: node, an epoch in case there is none, the lease in ms, whether to renew, whether to
// reap.
const beat = common + `
redis.call('SET', P .. 'epoch', ARGV[2], 'NX')
local epoch, at, lease = redis.call('GET', P .. 'epoch'), now(), tonumber(ARGV[3])
local mine = redis.call('ZSCORE', P .. 'nodes', self)
local state = 'ok'
if not mine then state = 'lost'
elseif at - tonumber(mine) > lease then state = 'late' end
if mine and ARGV[4] == '1' then redis.call('ZADD', P .. 'nodes', at, self) end
local reaped = 0
if state == 'ok' and ARGV[5] == '1' then
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', P .. 'nodes', '-inf', '(' .. (at - lease))) do
    out[#out + 1] = ns('g') .. ns(gone)
    for _, fact in ipairs(redis.call('HKEYS', P .. 'node:' .. gone)) do
      local _, turn = set(gone, fact, 0, '')
      if turn ~= '' then turned(fact, turn) end
    end
    redis.call('ZREM', P .. 'nodes', gone)
    reaped = reaped + 1
  end
end
local version = current()
if reaped > 0 then version = redis.call('INCR', P .. 'version') end
out[#out + 1] = ns('b')
publish(epoch, version, math.min(reaped, 1))
return {state, epoch, tostring(version), tostring(now()), table.concat(turns), tostring(reaped)}
`

// read returns everything that all nodes hold: epoch, version, then node and facts in turn.
const read = common + `
local all = {redis.call('GET', P .. 'epoch') or '', tostring(current())}
for _, node in ipairs(redis.call('ZRANGE', P .. 'nodes', 0, -1)) do
  all[#all + 1] = node
  all[#all + 1] = redis.call('HGETALL', P .. 'node:' .. node)
end
return all
`

// cached returns up to 100 events of cache channels from a time on, with their ages.
// ARGV: node, the time in ms, how many to pass over.
const cached = common + `
local at = now()
local found = redis.call('ZRANGEBYSCORE', P .. 'cached', ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', ARGV[3], 100)
local all = {tostring(at)}
for i = 1, #found, 2 do
  all[#all + 1] = found[i]
  all[#all + 1] = redis.call('HGET', P .. 'cache', found[i]) or ''
  all[#all + 1] = tostring(at - tonumber(found[i + 1]))
end
return all
`

func newScripts() scripts {
	return scripts{
		apply: rueidis.NewLuaScript(apply), register: rueidis.NewLuaScript(register), beat: rueidis.NewLuaScript(beat),
		read: rueidis.NewLuaScript(read), cached: rueidis.NewLuaScript(cached),
	}
}
