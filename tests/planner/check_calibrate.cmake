# SPDX-License-Identifier: Apache-2.0
# cmake -DPLANNER=foretrain -DCASE=name -DWORK_DIR=... [-DPYTHON=python3 -DMEASURE=measure.py] -P check_calibrate.cmake
# Runs `foretrain calibrate`, and `foretrain predict` with what it wrote. Cases without their Python package do nothing.
cmake_minimum_required(VERSION 3.25)

file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}")

macro(planner status)
  execute_process(
    COMMAND "${PLANNER}" ${ARGN}
    WORKING_DIRECTORY "${WORK_DIR}"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  set(command "foretrain ${ARGN}")
  if(NOT result EQUAL "${status}")
    message(FATAL_ERROR "${command}\nexits with ${result} instead of ${status}\n${output}\n${errors}")
  endif()
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

function(same expected json)
  string(JSON value ERROR_VARIABLE error GET "${json}" ${ARGN})
  if(error OR NOT value STREQUAL "${expected}")
    message(FATAL_ERROR "${command}\n${ARGN} is `${value}` instead of `${expected}` ${error}")
  endif()
endfunction()

# A table of products at 300 TFLOP/s and 5 us, from two sources (whole microseconds; CMake has no other numbers).
function(write_products file hardware)
  set(text "source,hardware,dtype,op,M,N,K,batch_or_groups,layout,time_us\n")
  foreach(m 128 1024 4096 8192)
    foreach(n 1024 4096 16384)
      foreach(k 256 1024 4096)
        math(EXPR time "5 + 2 * ${m} * ${n} * ${k} / 300000000")
        math(EXPR source "(${m} + ${n}) / 1024 % 2")
        string(APPEND text "run ${source},${hardware},bf16,gemm,${m},${n},${k},1,NN,${time}\n")
      endforeach()
    endforeach()
  endforeach()
  string(APPEND text "run 0,${hardware},nvfp4,gemm,128,1024,1024,1,NN,5\n")
  file(WRITE "${WORK_DIR}/${file}" "${text}")
endfunction()

set(plan --model llama3-8b --system dgx-h100 --accelerators 64 --sharding zero3 --global-batch 512 --micro-batch 1 --sequence 8192)

if(CASE STREQUAL "kernels")
  write_products(gemm.csv "NVIDIA H100 80GB HBM3")
  planner(0 calibrate kernels gemm.csv --accelerator h100-sxm --date 2026-11-05 -o mine.json)
  says(output "kernels of h100-sxm: 36 measurements" "kernel.matrix_efficiency" "95% interval" "after, in sample"
       "held out by source" "1  dtype nvfp4")
  file(READ "${WORK_DIR}/mine.json" json)
  same("profile" "${json}" document)
  same("1" "${json}" schema)
  same("h100-sxm" "${json}" sections 0 target)
  same("2026-11-05" "${json}" sections 0 provenance date)
  same("gemm.csv" "${json}" sections 0 provenance files 0)
  string(JSON efficiency GET "${json}" sections 0 constants 0 value)
  # 300 of 989 TFLOP/s.
  if(efficiency LESS 0.28 OR efficiency GREATER 0.33)
    message(FATAL_ERROR "matrix efficiency is ${efficiency}")
  endif()
  # The same again, printed: deterministic.
  planner(0 calibrate kernels gemm.csv --accelerator h100-sxm --date 2026-11-05 --json)
  same("${efficiency}" "${output}" sections 0 constants 0 value)
  # Slow products make slow steps, and the report says why.
  planner(0 predict ${plan} --json)
  string(JSON usual GET "${output}" step time_s)
  planner(0 predict ${plan} --profile mine.json --json)
  string(JSON slow GET "${output}" step time_s)
  if(NOT slow GREATER usual)
    message(FATAL_ERROR "the profile changes nothing: ${slow}, ${usual}")
  endif()
  says(output "foretrain calibrate kernels of gemm.csv")
  planner(0 calibrate kernels gemm.csv --accelerator h100-sxm --date 2026-11-05 --cpp --name slow_h100)
  says(output "inline constexpr foretrain::Accelerator slow_h100 = [] {" "foretrain::catalog::h100_sxm"
       "x.kernel.matrix_efficiency = ${efficiency}")

elseif(CASE STREQUAL "sections")
  # Kernels, then collectives: one profile.
  write_products(gemm.csv "h100_sxm")
  planner(0 calibrate kernels gemm.csv --accelerator h100-sxm -o mine.json)
  set(text "source,hardware,nodes,gpus,collective,algorithm,bytes,time_us\n")
  foreach(power RANGE 10 30)
    foreach(ranks 2 4 8)
      math(EXPR time "20 + 3 * ${ranks} + (1 << ${power}) / 150000")
      math(EXPR bytes "1 << ${power}")
      string(APPEND text "log,H100-SXM (NVLink4),1,${ranks},all_reduce,NCCL default,${bytes},${time}\n")
    endforeach()
  endforeach()
  file(WRITE "${WORK_DIR}/collectives.csv" "${text}")
  planner(0 calibrate collectives collectives.csv --system dgx-h100 -o mine.json)
  says(output "1/beta GB/s" "fabric.tier[0].efficiency" "no measurement depends on it" "one source: the error on others is unknown")
  file(READ "${WORK_DIR}/mine.json" json)
  string(JSON sections LENGTH "${json}" sections)
  if(NOT sections EQUAL 2)
    message(FATAL_ERROR "${sections} sections instead of two")
  endif()
  planner(0 calibrate collectives collectives.csv --system dgx-h100 --cpp)
  says(output "foretrain::CommunicationLibrary my_dgx_h100_library" "foretrain::Cluster my_dgx_h100(std::int64_t accelerators)")
  file(WRITE "${WORK_DIR}/steps.csv"
       "# GPUs,global batch,micro batch,hidden size,attention heads,# layers,sequence length,tensor parallelism,data parallelism,"
       "pipeline parallelism,iteration time (ms)\n")
  foreach(layers 12 16 20 24 28 32)
    math(EXPR time "20 + 8 * ${layers}")
    file(APPEND "${WORK_DIR}/steps.csv" "8,32,4,1024,16,${layers},1024,2,2,2,${time}\n")
  endforeach()
  planner(0 calibrate stack steps.csv --base-stack megatron-deepspeed --hold-out nothing -o mine.json)
  says(output "stack of megatron-deepspeed: 6 measurements" "only 6 measurements for" "host_per_kernel")
  planner(0 predict ${plan} --stack megatron-deepspeed --profile mine.json --ascii)
  says(output "--profile")

elseif(CASE STREQUAL "refusals")
  write_products(gemm.csv "h100_sxm")
  planner(2 calibrate kernels gemm.csv)
  says(errors "kernels needs --accelerator NAME")
  planner(2 calibrate kernels gemm.csv --accelerator h100-sx)
  says(errors "there is no accelerator h100-sx" "did you mean h100-sxm?")
  planner(2 calibrate kernels gemm.csv --accelerator a100-sxm-80gb)
  says(errors "no row was measured on a100-sxm-80gb" "the tables have: h100_sxm" "--hardware TEXT")
  planner(2 calibrate kernels missing.csv --accelerator h100-sxm)
  says(errors "missing.csv")
  planner(2 calibrate collectives gemm.csv --system dgx-h100)
  says(errors "gemm.csv")
  planner(2 calibrate collectives gemm.csv --system dgx-h10)
  says(errors "did you mean dgx-h100?")
  planner(2 calibrate stack gemm.csv)
  says(errors "gemm.csv: is not a table of steps")
  planner(2 calibrate stack gemm.csv --base-stack megatron-cor)
  says(errors "did you mean megatron-core?")
  planner(2 calibrate weather gemm.csv)
  says(errors "weather is not kernels, attention, collectives or stack")
  planner(2 calibrate kernels gemm.csv --accelerator h100-sxm --loss absolute)
  says(errors "--loss must be")
  planner(2 calibrate kernels gemm.csv --accelerator h100-sxm --hold-out day)
  says(errors "--hold-out must be")
  planner(2 calibrate)
  # A profile that is none, or of something else.
  planner(2 predict ${plan} --profile gemm.csv)
  says(errors "gemm.csv: profile is not JSON")
  planner(0 calibrate kernels gemm.csv --accelerator a100-sxm-80gb --hardware h100 -o other.json)
  planner(2 predict ${plan} --profile other.json)
  says(errors "--profile = other.json: must be a profile of h100-sxm")

elseif(CASE STREQUAL "measure")
  # The measuring script, on this host, and what it wrote calibrated.
  execute_process(
    COMMAND "${PYTHON}" -c "import numpy"
    RESULT_VARIABLE missing
    OUTPUT_QUIET ERROR_QUIET)
  if(missing)
    message("skipped: ${PYTHON} has no NumPy")
    return()
  endif()
  execute_process(
    COMMAND "${PYTHON}" -B "${MEASURE}" kernels --backend numpy --quick --repeat 3 --least-ms 1 --hardware my-cpu --output
            "${WORK_DIR}" COMMAND_ERROR_IS_FATAL ANY)
  file(STRINGS "${WORK_DIR}/gemm.csv" lines)
  list(LENGTH lines count)
  if(NOT count EQUAL 13)
    message(FATAL_ERROR "gemm.csv has ${count} lines")
  endif()
  planner(0 calibrate kernels gemm.csv --accelerator v100-16gb --all-formats)
  says(output "kernels of v100-16gb: 12 measurements")

elseif(CASE STREQUAL "measure_torch")
  execute_process(
    COMMAND "${PYTHON}" -c "import torch"
    RESULT_VARIABLE missing
    OUTPUT_QUIET ERROR_QUIET)
  if(missing)
    message("skipped: ${PYTHON} has no PyTorch")
    return()
  endif()
  foreach(what kernels collectives)
    set(run "${PYTHON}" -B "${MEASURE}")
    if(what STREQUAL "collectives")
      set(run "${PYTHON}" -B -m torch.distributed.run --nproc-per-node 2 "${MEASURE}")
    endif()
    execute_process(
      COMMAND ${run} ${what} --device cpu --quick --repeat 2 --warm-up 2 --least-ms 1 --hardware my-cpu --output "${WORK_DIR}"
              COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  foreach(table gemm attention hbm_bandwidth collectives)
    file(STRINGS "${WORK_DIR}/${table}.csv" lines)
    list(LENGTH lines count)
    if(count LESS 5)
      message(FATAL_ERROR "${table}.csv has ${count} lines")
    endif()
  endforeach()

else()
  message(FATAL_ERROR "no case ${CASE}")
endif()
message(STATUS "${CASE}: done")
