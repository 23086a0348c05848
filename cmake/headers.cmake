# SPDX-License-Identifier: Apache-2.0
# Every header of the library, relative to include/foretrain, in the order of the layers. The tests are derived from
# this list (tests/<layer>/<name>_test.cpp), and so are the components: report/ and import/ make foretrain::report,
# calibrate/ makes foretrain::calibrate, all else is foretrain::foretrain.
set(FORETRAIN_HEADERS
    version.hpp
    units/dimensions.hpp
    units/quantity.hpp
    units/literals.hpp
    units/text.hpp
    units/print.hpp
    units/evidence.hpp
    units/violation.hpp
    units/result.hpp
    math/exp.hpp
    math/log.hpp
    math/pow.hpp
    math/scalar.hpp
    math/sqrt.hpp
    hardware/accelerator.hpp
    hardware/cluster.hpp
    hardware/fabric.hpp
    hardware/node.hpp
    hardware/number_format.hpp
    workload/flops.hpp
    workload/parameters.hpp
    workload/transformer.hpp
    workload/layer.hpp
    workload/operation.hpp
    roofline/kernel.hpp
    roofline/launch.hpp
    roofline/resource.hpp
    roofline/roofline.hpp
    parallel/plan.hpp
    parallel/recipe.hpp
    parallel/stack.hpp
    parallel/stage.hpp
    step/breakdown.hpp
    catalog/accelerators_nvidia.hpp
    catalog/kernel_constants.hpp
    catalog/models.hpp
    catalog/models_encoder.hpp
    catalog/models_gpt.hpp
    catalog/models_llama.hpp
    catalog/models_megatron.hpp
)
