#!/usr/bin/env bash
# Runs one command and leaves behind, in $INTO: the plan, the report, what was printed, and the exit code.
# Ends with 0 whatever the command says: the exit code is an output, and the workflow decides what fails.
set -euo pipefail
if [ -n "$LEDGER_TOKEN" ]; then # for git alone, and only while this step runs
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
  GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$LEDGER_TOKEN" | base64 | tr -d '\n')"
  export GIT_CONFIG_VALUE_0
  unset LEDGER_TOKEN
fi
mkdir -p "$INTO"
into=$(cd "$INTO" && pwd)
mkdir -p "$into/commerce"
kept=(--snapshot-into "$into/commerce/commerce.json") # for pull requests, which may not ask Partner Center themselves
mapfile -t arguments < <(printf '%s' "$ARGUMENTS" | sed '/^$/d')
mapfile -t plans < <(printf '%s' "$PLANS" | sed '/^$/d')
case "$COMMAND" in
  validate) command=(validate --format github "${arguments[@]}") ;;
  plan) command=(plan --detailed-exitcode --no-color --out "$into/reconciler.plan.json" "${arguments[@]}") ;;
  rightsize) command=(rightsize --detailed-exitcode --no-color --out "$into/reconciler.plan.json" "${arguments[@]}") ;;
  apply) command=(apply --auto-approve --no-color --report "$into/report.md" "${kept[@]}" "${arguments[@]}" "${plans[@]}") ;;
  drift) command=(drift --detailed-exitcode --no-color --reports "$into/reports" "${kept[@]}" "${arguments[@]}") ;;
  check-schedule) command=(check-schedule "${arguments[@]}") ;;
  *) echo "command: $COMMAND is not validate, plan, apply, drift, rightsize or check-schedule." >&2; exit 1 ;;
esac
code=0
(cd "$FOLDER" && reconciler "${command[@]}") 2>&1 | tee "$into/output.log" || code=${PIPESTATUS[0]}
echo "$code" > "$into/exitcode"
case "$COMMAND" in
  plan | rightsize) reconciler github outputs --plan "$into/reconciler.plan.json" --log "$into/output.log" --exitcode "$code" ;;
  apply)
    echo "exitcode=$code" >> "$GITHUB_OUTPUT"
    if [ -f "$into/report.md" ]; then cat "$into/report.md"; else cat "$into/output.log"; fi >> "$GITHUB_STEP_SUMMARY"
    ;;
  check-schedule)
    echo "exitcode=$code" >> "$GITHUB_OUTPUT"
    { echo '```text'; cat "$into/output.log"; echo '```'; } >> "$GITHUB_STEP_SUMMARY"
    ;;
  *) echo "exitcode=$code" >> "$GITHUB_OUTPUT" ;;
esac
