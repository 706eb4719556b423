# Does tasks of the sweep, one after another: JOB FIRST NUMBER END does NUMBER tasks from FIRST + NUMBER x ITS INDEX on,
# those before END. Told to stop, it tells the run under way, which saves its state; begins no other; and queues again.
exec 2>&1
stop='' task='' told=''
# Once: the second signal would end a run before its state is saved.
tell() { [ "$task" = "$told" ] || { told=$task && kill -USR1 "$task" 2>/dev/null; }; }
trap 'stop=1; tell' USR1 TERM

requeue() {
    [ -n "${SLURM_ARRAY_JOB_ID:-}" ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "$max_requeues" ] || return
    scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" && sleep 60
}

prepare
first=$(($1 + $2 * ${SLURM_ARRAY_TASK_ID:-${HQ_TASK_ID:-0}}))
failed=0
for ((index = first; index < first + $2 && index < $3; index++)); do
    run "$index" &
    task=$!
    # It may have been told while there was nobody to tell.
    [ -z "$stop" ] || tell
    # A signal ends a wait, not the task.
    while :; do
        wait "$task"
        kill -0 "$task" 2>/dev/null || break
    done
    wait "$task"
    code=$?
    # However the run ended, no signal to stop is forgotten: it may have been done already, or not have listened yet.
    if [ $code = 75 ] || [ -n "$stop" ]; then
        requeue
        exit 75
    fi
    [ $code = 0 ] || failed=$code
done
exit "$failed"
