package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// attempt is one line of a history (tests/load/history.h). Revisions are not read: what is judged here is what any
// client could know.
type attempt struct {
	client                            int
	verb, key, mode, requestID, lease string
	call, back                        int64
	status                            int
	token, waitedMs, ttlMs, waitMs    int64
}

// answered: with an outcome. A 503 may have been done or not, like no reply at all.
func (a attempt) answered() bool { return a.status != 0 && a.status != 503 }

type columns map[string]int

func (c columns) text(fields []string, name string) string {
	at, known := c[name]
	if !known || fields[at] == "-" {
		return ""
	}
	return fields[at]
}

func (c columns) number(fields []string, name string) (int64, error) {
	text := c.text(fields, name)
	if text == "" {
		return 0, nil
	}
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return value, nil
}

func (c columns) attempt(fields []string) (attempt, error) {
	a := attempt{
		verb: c.text(fields, "verb"), key: c.text(fields, "key"), mode: c.text(fields, "mode"),
		requestID: c.text(fields, "request_id"), lease: c.text(fields, "lease"),
	}
	var client, status int64
	for name, into := range map[string]*int64{
		"client": &client, "call_ns": &a.call, "return_ns": &a.back, "status": &status, "token": &a.token,
		"waited_ms": &a.waitedMs, "ttl_ms": &a.ttlMs, "wait_ms": &a.waitMs,
	} {
		value, err := c.number(fields, name)
		if err != nil {
			return a, err
		}
		*into = value
	}
	a.client, a.status = int(client), int(status)
	return a, nil
}

func readHistory(path string) ([]attempt, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	attempts, err := parseHistory(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return attempts, nil
}

func parseHistory(source io.Reader) ([]attempt, error) {
	lines := bufio.NewScanner(source)
	if !lines.Scan() {
		return nil, fmt.Errorf("it is empty")
	}
	names := strings.Split(lines.Text(), "\t")
	at := columns{}
	for number, name := range names {
		at[name] = number
	}
	var attempts []attempt
	for number := 2; lines.Scan(); number++ {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) < len(names) {
			continue // the last line of a client that was killed while it wrote
		}
		one, err := at.attempt(fields)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		attempts = append(attempts, one)
	}
	return attempts, lines.Err()
}
