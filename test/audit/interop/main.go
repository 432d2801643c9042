// Holds what Waterwall signs against Go's own implementation of signed notes and transparency logs.
// One JSON object a line on stdin, "ok" or the fault a line on stdout.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Kind     string   `json:"kind"` // checkpoint, receipt or consistency
	Vkey     string   `json:"vkey"`
	Text     string   `json:"text"`
	From, To int64    // sizes
	Old, New string   // roots
	Proof    []string `json:"proof"`
}

func hash(text string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && len(raw) != len(h) {
		err = errors.New("not a hash")
	}
	copy(h[:], raw)
	return h, err
}

func hashes(texts []string) (all []tlog.Hash, err error) {
	for _, text := range texts {
		h, err := hash(text)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

func checkpoint(vkey, text string) (size int64, root tlog.Hash, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	isLast := len(lines) == 5 && strings.HasPrefix(lines[3], "next ")
	if (len(lines) != 4 && !isLast) || lines[0] != verifier.Name() {
		return 0, root, errors.New("not a checkpoint of this log")
	}
	if size, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return 0, root, err
	}
	root, err = hash(lines[2])
	return size, root, err
}

func receipt(vkey, text string) error {
	head, signed, _ := strings.Cut(text, "\n\n")
	size, root, err := checkpoint(vkey, signed)
	if err != nil {
		return err
	}
	lines := strings.Split(head, "\n")
	line, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := hashes(lines[3:])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(line))
}

func consistency(q question) error {
	older, err := hash(q.Old)
	if err != nil {
		return err
	}
	newer, err := hash(q.New)
	if err != nil {
		return err
	}
	proof, err := hashes(q.Proof)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, q.To, newer, q.From, older)
}

func answer(q question) (err error) {
	switch q.Kind {
	case "checkpoint":
		_, _, err = checkpoint(q.Vkey, q.Text)
	case "receipt":
		err = receipt(q.Vkey, q.Text)
	case "consistency":
		err = consistency(q)
	default:
		err = errors.New("unknown question")
	}
	return err
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	for in.Scan() {
		var q question
		err := json.Unmarshal(in.Bytes(), &q)
		if err == nil {
			err = answer(q)
		}
		if err == nil {
			fmt.Println("ok")
		} else {
			fmt.Println(err)
		}
	}
}
