"""Prints results as the Markdown table that docs/PERFORMANCE.md holds, and writes them as JSON."""

import datetime
import json
import platform
import statistics
import subprocess


def show(results, options):
    facts = machine()
    print("\n".join(f"- {name}: {value}" for name, value in facts.items()))
    print()
    print("| measure | " + "median of each program | ratio (lowest–highest) | target | |")
    print("| --- | --- | --- | --- | --- |")
    for result in results:
        print("| " + " | ".join(cells(result)) + " |")
    if options.json:
        rows = [{"title": r.title, "unit": r.unit, "figures": r.figures, "target": r.target} for r in results]
        options.json.write_text(json.dumps({"machine": facts, "results": rows}, indent=2) + "\n")


def cells(result):
    figures = ", ".join(f"{name} {number(result.median(name))}" for name in result.figures)
    ratios = result.ratios()
    ratio = ""
    if ratios:
        middle = statistics.median(ratios)
        ratio = f"{middle:.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
    return f"{result.title}, {result.unit}", figures, ratio, result.target, result.verdict()


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "?")
    cores = subprocess.run(["nproc"], capture_output=True, text=True).stdout.strip()
    openssl = subprocess.run(["openssl", "version"], capture_output=True, text=True).stdout.split()[1]
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "date": now.strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{cores} × {model}, Linux {platform.release().split('-')[0]}, OpenSSL {openssl}",
    }
