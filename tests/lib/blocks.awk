# awk -v dir=DIR -f blocks.awk PAGE.md: a shell script of the page's blocks,
# in their order.  ```sh is run; ```LANGUAGE NAME is the file NAME, which
# stands in the folder from there on.  Each begins with "block N" on stdout.
/^```[a-z]+/ && !on {
	on = 1
	n++
	split($0, word, " ")
	kind = substr(word[1], 4)
	name = word[2]
	printf "echo '== block %d: line %d, %s'\n", n, FNR, kind
	if (name != "")
		printf "cat >'%s' <<'end of %s'\n", name, name
	else if (kind != "sh") {
		print "echo 'neither run nor named' >&2; exit 1"
		on = 2
	}
	next
}
/^```$/ && on {
	if (name != "")
		print "end of " name
	on = 0
	next
}
on == 1
END { printf "echo '== all %d blocks'\n", n }
