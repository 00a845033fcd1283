# Lines "figure[/peer] value unit", one a round, into a table and into JSON.
#
#   awk -v json=FILE -v targets=FILE -v machine=TEXT -v date=DATE -f ...
#
# A figure is the median of its rounds.  The ratio to a peer is the median of
# the ratios round by round: those two ran one after the other.

function median(list,    n, v, i, k, t) {
	n = split(list, v, " ")
	for (i = 2; i <= n; i++)
		for (k = i; k > 1 && v[k] + 0 < v[k - 1] + 0; k--) {
			t = v[k]; v[k] = v[k - 1]; v[k - 1] = t
		}
	return v[int((n + 1) / 2)]
}

function ratio(figure, peer,    a, b, n, m, i, list) {
	n = split(rounds[figure], a, " ")
	m = split(rounds[figure "/" peer], b, " ")
	for (i = 1; i <= n && i <= m; i++)
		list = list " " a[i] / b[i]
	return median(list)
}

function spread(list,    n, v, i, low, high) {
	n = split(list, v, " ")
	low = high = v[1]
	for (i = 2; i <= n; i++) {
		if (v[i] + 0 < low + 0) low = v[i]
		if (v[i] + 0 > high + 0) high = v[i]
	}
	return n > 1 ? plain(low) " .. " plain(high) : ""
}

# Three digits that count, or all in front of the point.
function plain(v) {
	return v >= 100 ? sprintf("%.0f", v) : sprintf("%.3g", v)
}

function verdict(name, value) {
	if (!(name in sign))
		return ""
	reached = sign[name] == "<" ? value < bound[name] : value >= bound[name]
	return (reached ? "reached" : "NOT reached") ": " sign[name] " " bound[name]
}

function quoted(s) {
	gsub(/["\\]/, "\\\\&", s)
	return "\"" s "\""
}

BEGIN {
	while ((getline line < targets) > 0)
		if (line !~ /^#/ && split(line, t, " ") == 3) {
			sign[t[1]] = t[2]
			bound[t[1]] = t[3]
		}
}

NF == 3 {
	if (!($1 in rounds)) {
		at = index($1, "/")
		if (at == 0)
			order[++n_figures] = $1
		else {
			figure = substr($1, 1, at - 1)
			peers[figure] = peers[figure] " " substr($1, at + 1)
		}
		unit[$1] = $3
	}
	rounds[$1] = rounds[$1] " " $2
}

# One row of the table: figure or peer, and what is to be said of it.
function row(name, value, unit, rest) {
	printf "%-32s %10s %-13s %s\n", name, value, unit, rest
}

# Latencies stand side by side: NAME.p50@RATE and its three brothers.
function quantiles(f, peer,    s, k, q, name, text) {
	split("p50 p90 p99 max", q, " ")
	for (k = 1; k <= 4; k++) {
		name = f
		sub(/\.p50/, "." q[k], name)
		name = name (peer != "" ? "/" peer : "")
		text = text sprintf("%s %s  ", q[k], plain(median(rounds[name])))
		if (verdict(name, median(rounds[name])) != "")
			text = text "(" verdict(name, median(rounds[name])) ")  "
	}
	return text
}

function table(f,    n, p, k, name, text) {
	if (f ~ /\.(p90|p99|max)[^@]*@/ || f ~ /\.pss$/)
		return
	if (f ~ /\.p50[^@]*@/) {
		name = f
		sub(/\.p50/, "", name)
		row(name, "", "ms", quantiles(f, ""))
	} else if ((f ".pss") in rounds) {
		row(f, plain(median(rounds[f])), unit[f], \
			"(proportional " plain(median(rounds[f ".pss"])) ")  " verdict(f, median(rounds[f])))
	} else {
		row(f, plain(median(rounds[f])), unit[f], spread(rounds[f]) "  " verdict(f, median(rounds[f])))
	}
	n = split(peers[f], p, " ")
	for (k = 1; k <= n; k++) {
		name = f "/" p[k]
		if (f ~ /\.p50[^@]*@/)
			row("  " p[k], "", "ms", quantiles(f, p[k]))
		else
			row("  " p[k], plain(median(rounds[name])), unit[name], spread(rounds[name]) \
				"  ratio " plain(ratio(f, p[k])) "  " verdict(name, ratio(f, p[k])))
	}
}

function entry(f,    n, p, k, values, ratios, comma) {
	n = split(peers[f], p, " ")
	for (k = 1; k <= n; k++) {
		comma = k > 1 ? ", " : ""
		values = values comma quoted(p[k]) ": " median(rounds[f "/" p[k]])
		ratios = ratios comma quoted(p[k]) ": " sprintf("%.3g", ratio(f, p[k]))
	}
	printf "{\"name\": %s, \"value\": %s, \"unit\": %s, \"peers\": {%s}, \"ratios\": {%s}, \"machine\": %s, \"date\": %s}", \
		quoted(f), median(rounds[f]), quoted(unit[f]), values, ratios, quoted(machine), quoted(date) >json
}

END {
	row("figure", "median", "unit", "rounds; what is to be reached")
	for (i = 1; i <= n_figures; i++) {
		table(order[i])
		printf "%s\n ", (i > 1 ? "," : "[") >json
		entry(order[i])
	}
	printf "\n]\n" >json
}
