// judge reads histories of holdfast_load and says whether each could have been answered by locks that do one thing
// after the other.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	patience := flag.Duration("patience", time.Minute, "for each key; what is not decided by then is a violation")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: judge [-patience 1m] HISTORY ...")
		os.Exit(64)
	}
	operations, violations := 0, 0
	for _, path := range flag.Args() {
		attempts, err := readHistory(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, "judge:", err)
			os.Exit(1)
		}
		found, count := judge(attempts, *patience)
		for _, violation := range found {
			fmt.Printf("%s: %s\n", path, violation)
		}
		operations += count
		violations += len(found)
	}
	fmt.Printf("linearizability B: %d histories, %d operations, %d violations\n", flag.NArg(), operations, violations)
	if violations > 0 {
		os.Exit(1)
	}
}
