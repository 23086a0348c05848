// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything but calibration, reports and imports: `estimate_step`, `estimate_run`, the models beneath and the
// catalogue.

#include "batch/law_spread.hpp"
#include "batch/noise_scale.hpp"
#include "batch/over_training.hpp"
#include "catalog/accelerators.hpp"
#include "catalog/convergence.hpp"
#include "catalog/error_model.hpp"
#include "catalog/models.hpp"
#include "catalog/scaling_laws.hpp"
#include "catalog/stacks.hpp"
#include "catalog/systems.hpp"
#include "collective/bound.hpp"
#include "collective/select.hpp"
#include "math/dual.hpp"
#include "math/root.hpp"
#include "planner/trend_factors.hpp"
#include "planner/trend_projection.hpp"
#include "planner/trend_upgrade.hpp"
#include "roofline/layer_time.hpp"
#include "roofline/roofline.hpp"
#include "run/input_pipeline.hpp"
#include "run/break_even.hpp"
#include "run/run.hpp"
#include "run/time_to_loss.hpp"
#include "run/time_to_train.hpp"
#include "step/estimate.hpp"
#include "units/date.hpp"
#include "units/literals.hpp"
#include "units/print.hpp"
