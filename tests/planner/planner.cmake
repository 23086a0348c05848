# SPDX-License-Identifier: Apache-2.0
# What the checks of the planning tool share: an empty WORK_DIR, ways to run the PLANNER and to look at what it printed.

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")
set(checks 0)

# planner(STATUS ARGS...): runs it; what it printed is in `output` and `errors`.
macro(planner status)
  execute_process(
    COMMAND "${PLANNER}" ${ARGN}
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  set(command "foretrain ${ARGN}")
  math(EXPR checks "${checks} + 1")
  if(NOT result EQUAL "${status}")
    message(FATAL_ERROR "${command}\nexits with ${result} instead of ${status}\n${output}\n${errors}")
  endif()
  # Bad input prints nothing to the output, good input nothing to the error stream.
  if(result EQUAL 0 AND NOT errors STREQUAL "")
    message(FATAL_ERROR "${command}\nprints an error\n${errors}")
  elseif(NOT result EQUAL 0 AND NOT output STREQUAL "")
    message(FATAL_ERROR "${command}\nprints in spite of an error\n${output}")
  endif()
endmacro()

function(says variable)
  foreach(part IN LISTS ARGN)
    string(FIND "${${variable}}" "${part}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "${command}\ndoes not say `${part}`:\n${${variable}}")
    endif()
  endforeach()
endfunction()

# same(TEXT JSON PATH...): a value of a JSON text.
function(same expected json)
  string(JSON value ERROR_VARIABLE error GET "${json}" ${ARGN})
  if(error OR NOT value STREQUAL "${expected}")
    message(FATAL_ERROR "${command}\n${ARGN} is `${value}` instead of `${expected}` ${error}")
  endif()
endfunction()

set(plan --model llama3-8b --system dgx-h100 --accelerators 64 --sharding zero3 --global-batch 512 --micro-batch 1 --sequence 8192)
