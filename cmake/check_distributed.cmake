# SPDX-License-Identifier: Apache-2.0
# cmake -DMPIEXEC=... -DPROGRAM=... -P check_distributed.cmake
# The distributed search prints the same with one process and with two, with shards few and many, and both take part.
cmake_minimum_required(VERSION 3.25)

# Open MPI: root, more processes than cores and no ssh are no error in a container; its own leaks are not ours.
set(ENV{OMPI_ALLOW_RUN_AS_ROOT} 1)
set(ENV{OMPI_ALLOW_RUN_AS_ROOT_CONFIRM} 1)
set(ENV{OMPI_MCA_rmaps_base_oversubscribe} 1)
set(ENV{OMPI_MCA_plm} isolated)
set(ENV{OMPI_MCA_btl_vader_single_copy_mechanism} none)
set(ENV{ASAN_OPTIONS} "detect_leaks=0")

# run(PROCESSES ARGUMENTS...): sets `printed` and `said`.
function(run processes)
  execute_process(
    COMMAND "${MPIEXEC}" -n ${processes} "${PROGRAM}" ${ARGN}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${output}${errors}\n  ${processes} processes: exits with ${result}")
  endif()
  set(printed "${output}" PARENT_SCOPE)
  set(said "${errors}" PARENT_SCOPE)
endfunction()

run(1 1)
set(alone "${printed}")
if(NOT alone MATCHES "\n +1\\. +[0-9]+ .*0x1\\.")
  message(FATAL_ERROR "${alone}\n  prints no plan")
endif()
# Of 12 shards each of two processes gets some, even where they share a core.
foreach(pair "1;5" "2;5" "3;12" "2;12")
  list(GET pair 0 processes)
  list(GET pair 1 shards)
  run(${processes} ${shards})
  if(NOT printed STREQUAL alone)
    message(FATAL_ERROR "${alone}${printed}\n  ${processes} processes with ${shards} shards print something else")
  endif()
endforeach()
foreach(process 0 1)
  if(NOT said MATCHES "process ${process} of 2: [1-9][0-9]* of 12 shards")
    message(FATAL_ERROR "${said}\n  process ${process} of 2 took no part")
  endif()
endforeach()
