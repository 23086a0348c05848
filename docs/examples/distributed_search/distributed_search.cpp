// SPDX-License-Identifier: Apache-2.0
// A search on as many processes as MPI gives, on as many machines:
//
//     mpirun -np 64 distributed_search [PARTS [TOP]]
//
// The space is divided into PARTS shards, more than there are processes, which take the next one when they have done
// their last: shards differ in work, so do machines. The counter is a window of the first process that all fetch and
// increment; no process is lost to handing out work. Results are plain data, gathered as bytes and merged; what is
// printed is, bit for bit, what one process prints.

#include <mpi.h>

#include <foretrain/foretrain.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <type_traits>
#include <vector>

using namespace foretrain;

namespace {

static_assert(std::is_trivially_copyable_v<SearchResult>, "travels between processes as bytes");

/// The question: the fastest plan of Llama 3.1 405B on 16,384 H100. Put yours here.
const Transformer& model = catalog::llama3_405b;
constexpr Cluster cluster = catalog::dgx_h100(16384);

SearchSpace the_space() {
    SearchSpace space;
    space.base.sequence = 8192;
    space.base.stack = catalog::megatron_core;
    space.clusters = {&cluster};
    space.tensor = {1, 2, 4, 8, 16};
    space.sequence_parallel = {false, true};
    space.context = {1, 2, 4};
    space.micro_batch = {1, 2};
    space.recomputation = {Recomputation::none, Recomputation::elementwise, Recomputation::selective,
                           Recomputation::full};
    space.pipeline = {1, 2, 4, 8, 16, 32};
    space.schedule = {Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble_h1};
    space.virtual_stages = {1, 2, 4, 8};
    space.sharding = {Sharding::none, Sharding::optimizer, Sharding::gradients, Sharding::parameters};
    space.global_batch = {1024, 2048};
    return space;
}

/// A number that processes count up together; it lies in the first of them.
class SharedCounter {
public:
    SharedCounter() {
        int rank = 0;
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        const MPI_Aint size = rank == 0 ? sizeof(std::int64_t) : 0;
        MPI_Win_allocate(size, sizeof(std::int64_t), MPI_INFO_NULL, MPI_COMM_WORLD, &number_, &window_);
        if (rank == 0) *number_ = 0;
        MPI_Barrier(MPI_COMM_WORLD);
        MPI_Win_lock_all(0, window_);
    }
    ~SharedCounter() {
        MPI_Win_unlock_all(window_);
        MPI_Win_free(&window_);
    }
    SharedCounter(const SharedCounter&) = delete;
    SharedCounter& operator=(const SharedCounter&) = delete;

    std::int64_t next() {
        const std::int64_t one = 1;
        std::int64_t before = 0;
        MPI_Fetch_and_op(&one, &before, MPI_INT64_T, 0, 0, MPI_SUM, window_);
        MPI_Win_flush(0, window_);
        return before;
    }

private:
    std::int64_t* number_ = nullptr;
    MPI_Win window_ = MPI_WIN_NULL;
};

void print(const SearchSpace& space, const SearchResult& result) {
    std::printf("%lld plans, %lld decided: %lld feasible, %lld need too much memory\n",
                static_cast<long long>(result.plans), static_cast<long long>(result.done),
                static_cast<long long>(result.count(SearchOutcome::feasible)),
                static_cast<long long>(result.count(SearchOutcome::memory)));
    std::printf("%4s %12s %6s %7s %8s %8s %5s  %-11s %-14s %22s\n", "", "plan", "tensor", "context", "pipeline",
                "virtual", "micro", "sharding", "recomputation", "s a step");
    for (std::int64_t i = 0; i < result.top.count; ++i) {
        const SearchHit& hit = result.top.hit[static_cast<std::size_t>(i)];
        const ParallelPlan plan = space.plan_of(space.digits(hit.index));
        // In full: two machines that disagree in the last bit would show.
        std::printf("%3lld. %12lld %6lld %7lld %8lld %8lld %5lld  %-11s %-14s %22a\n", static_cast<long long>(i + 1),
                    static_cast<long long>(hit.index), static_cast<long long>(plan.tensor),
                    static_cast<long long>(plan.context), static_cast<long long>(plan.pipeline),
                    static_cast<long long>(plan.virtual_stages), static_cast<long long>(plan.micro_batch),
                    name_of(plan.sharding).data(), name_of(plan.recomputation).data(), hit.figures.value);
    }
}

/// This process's shards, one after another. A question that makes no sense ends all processes.
SearchResult search_my_part(const SearchSpace& space, const SearchQuestion& question, std::int64_t parts,
                            std::int64_t& mine) {
    SharedCounter counter;
    SearchResult sum;
    sum.plans = space.size();
    sum.top.wanted = question.top;
    for (std::int64_t part = counter.next(); part < parts; part = counter.next()) {
        const Result<SearchResult> found = try_search(model, space, question, SearchShard{part, parts});
        if (!found) {
            for (const Violation& violation : found.violations())
                std::fprintf(stderr, "%s\n", to_text(violation).c_str());
            MPI_Abort(MPI_COMM_WORLD, 2);
        }
        merge(sum, *found);
        ++mine;
    }
    return sum;
}

int run(int rank, int processes, std::int64_t parts, std::int64_t top) {
    const SearchSpace space = the_space();
    const SearchQuestion question{.goal = SearchGoal::step_time, .top = top};
    std::int64_t mine = 0;
    const SearchResult part = search_my_part(space, question, parts, mine);
    std::fprintf(stderr, "process %d of %d: %lld of %lld shards\n", rank, processes, static_cast<long long>(mine),
                 static_cast<long long>(parts));
    std::vector<SearchResult> all(rank == 0 ? static_cast<std::size_t>(processes) : 0);
    MPI_Gather(&part, sizeof(SearchResult), MPI_BYTE, all.data(), sizeof(SearchResult), MPI_BYTE, 0, MPI_COMM_WORLD);
    if (rank != 0) return 0;
    SearchResult whole = all[0];
    for (std::size_t i = 1; i < all.size(); ++i) merge(whole, all[i]);
    print(space, whole);
    return whole.complete() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0;
    int processes = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &processes);
    const std::int64_t parts = argc > 1 ? std::atoll(argv[1]) : 16 * std::int64_t{processes};
    if (parts < 1) {
        if (rank == 0) std::fprintf(stderr, "distributed_search [PARTS [TOP]]: 1 part or more\n");
        MPI_Finalize();
        return 2;
    }
    const int status = run(rank, processes, parts, argc > 2 ? std::atoll(argv[2]) : 5);
    MPI_Finalize();
    return status;
}
