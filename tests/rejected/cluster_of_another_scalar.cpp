// EXPECT: from[^|]*BasicCluster<double>'[^|]* to [^|]*BasicCluster<float>'
// SPDX-License-Identifier: Apache-2.0
#include "foretrain/hardware/cluster.hpp"

using namespace foretrain;

// Scalars are converted by over_scalar, not by chance.
#ifdef FORETRAIN_CONTROL
BasicCluster<float> f(const Cluster& cluster) { return over_scalar<float>(cluster); }
#else
BasicCluster<float> f(const Cluster& cluster) { return cluster; }
#endif
