package main

import (
	"bytes"
	"math"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"strconv"
)

// memory is what GET /usage tells, in bytes, by soketi's names.
type memory struct {
	Free    int64   `json:"free"`
	Used    int64   `json:"used"`
	Total   int64   `json:"total"`
	Percent float64 `json:"percent"`
}

// memoryUse returns what this program uses of what it may use: its memory limit, if it has
// one, or else the machine's memory. Where that is unknown, the total is what it uses.
func memoryUse() memory {
	samples := []runtimemetrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	runtimemetrics.Read(samples)
	m := memory{Used: clamp(samples[0].Value.Uint64() - samples[1].Value.Uint64())}
	if m.Total = debug.SetMemoryLimit(-1); m.Total == math.MaxInt64 {
		m.Total = max(machineMemory(), m.Used)
	}
	m.Free = max(0, m.Total-m.Used)
	m.Percent = 100 * float64(m.Used) / float64(m.Total)
	return m
}

func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// machineMemory returns 0 where there is no /proc.
func machineMemory() int64 {
	raw, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(raw) {
		fields := bytes.Fields(line)
		if len(fields) > 1 && string(fields[0]) == "MemTotal:" {
			kilobytes, _ := strconv.ParseInt(string(fields[1]), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
