# SPDX-License-Identifier: Apache-2.0
# cmake -DPLANNER=... -DSCRIPT=search_array.slurm -DWORK_DIR=... -P check_array.cmake
# The array script, run as Slurm would run its tasks: merged, the shards print what one search prints.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
set(ENV{FORETRAIN} "${PLANNER}")
set(ENV{RESULTS} "${WORK_DIR}/results")
set(question --model llama3-8b --system dgx-h100 --accelerators 64 --global-batch 256 --sequence 8192)

# run(COMMAND...): must succeed; what it prints is left in `output`.
macro(run)
  execute_process(
    COMMAND ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${output}${errors}\n  failed: ${ARGN}")
  endif()
endmacro()

run("${PLANNER}" search ${question})
set(alone "${output}")
set(ENV{SLURM_ARRAY_TASK_COUNT} 5)
foreach(task 3 0 4 2 1)
  set(ENV{SLURM_ARRAY_TASK_ID} ${task})
  run("${SCRIPT}" ${question})
endforeach()
set(ENV{MERGE} 1)
set(ENV{SLURM_ARRAY_TASK_ID} 0)
run("${SCRIPT}")
if(NOT output STREQUAL alone)
  message(FATAL_ERROR "${alone}\n${output}\n  the merged shards print something else")
endif()

# A shard that is missing is said, not ignored.
file(REMOVE "${WORK_DIR}/results/shard-2.json")
execute_process(
  COMMAND "${SCRIPT}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE errors)
if(result EQUAL 0 OR NOT errors MATCHES "shard 2 of 5 is missing")
  message(FATAL_ERROR "${output}${errors}\n  a missing shard goes unnoticed")
endif()
