#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times matrix products, fused attention, copies and collectives, as tables for `foretrain calibrate`.

  python3 measure.py kernels                                     gemm.csv, attention.csv, hbm_bandwidth.csv
  torchrun --nproc-per-node 8 measure.py collectives             collectives.csv, one node
  torchrun --nnodes 2 --nproc-per-node 8 --rdzv-endpoint HOST:29500 measure.py collectives

Needs PyTorch. `--device cpu` runs anywhere; `--backend numpy` needs NumPy only and is meant to try the tables out.
"""
import argparse
import csv
import datetime
import os
import platform
import statistics
import subprocess
import sys
import time

GEMM = "source,hardware,dtype,op,M,N,K,batch_or_groups,layout,time_us,tflops,frac_of_peak,kernel_or_fw,note,confidence"
ATTENTION = ("source,hardware,dtype,implementation,pass,mask,batch,seqlen_q,seqlen_kv,heads_q,heads_kv,head_dim_qk,"
             "head_dim_v,time_ms,tflops,frac_of_peak,note,confidence")
COPY = "hardware,bytes,bandwidth_GBps,frac_of_peak,note,source,confidence"
COLLECTIVES = ("source,hardware,nodes,gpus,collective,algorithm,bytes,time_us,algbw_GBps,busbw_GBps,dtype,lib_version,"
               "note,confidence")


class Table:
    """A CSV file, written row by row so that an interrupted run leaves what it has measured."""

    def __init__(self, path, header):
        self.columns = header.split(",")
        self.file = open(path, "w", newline="", encoding="utf-8")
        self.writer = csv.DictWriter(self.file, self.columns, lineterminator="\n")
        self.writer.writeheader()
        self.path, self.rows = path, 0

    def add(self, **row):
        unknown = set(row) - set(self.columns)
        if unknown:
            raise KeyError(f"{self.path} has no columns {sorted(unknown)}")
        self.writer.writerow({c: row.get(c, "") for c in self.columns})
        self.file.flush()
        self.rows += 1

    def close(self):
        self.file.close()
        print(f"{self.path}: {self.rows} rows")


def digits(value):
    """Six significant digits: more than any timer has."""
    return f"{value:.6g}"


class NumpyBackend:
    """Products and copies on the host, to try the script out without PyTorch."""

    name, attention, formats = "numpy", False, {"float32": 4}

    def __init__(self, options):
        import numpy

        self.np, self.options = numpy, options
        self.hardware = options.hardware or platform.processor() or platform.machine() or "cpu"
        self.version = "numpy " + numpy.__version__
        self.note = "host timer"

    def tensor(self, shape, dtype):
        return self.np.ones(shape, dtype)

    def product(self, a, b):
        return lambda: self.np.matmul(a, b)

    def copy(self, a):
        b = self.np.empty_like(a)
        return lambda: self.np.copyto(b, a)

    def seconds(self, call, graph=True):
        del graph  # there is none on the host
        return wall_seconds(call, lambda: None, self.options)


def wall_seconds(call, wait, options):
    """Median over repetitions of the time of one call, each repetition long enough for the clock."""
    for _ in range(options.warm_up):
        call()
    wait()
    begin = time.perf_counter()
    call()
    wait()
    once = max(time.perf_counter() - begin, 1e-7)
    inner = max(1, min(1000, int(options.least_ms * 1e-3 / once)))
    times = []
    for _ in range(options.repeat):
        begin = time.perf_counter()
        for _ in range(inner):
            call()
        wait()
        times.append((time.perf_counter() - begin) / inner)
    return statistics.median(times)


class TorchBackend:
    """Anything PyTorch runs on. On a GPU: events, CUDA graphs where possible, the cache flushed on demand."""

    name, attention = "torch", True

    def __init__(self, options):
        import torch

        self.torch, self.options = torch, options
        self.gpu = options.device != "cpu"
        if self.gpu and not torch.cuda.is_available():
            sys.exit("measure.py: PyTorch sees no GPU; --device cpu runs on the host")
        self.device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if self.gpu else torch.device("cpu")
        if self.gpu:
            torch.cuda.set_device(self.device)
        self.formats = {"bfloat16": 2, "float16": 2} if self.gpu else {"float32": 4}
        name = torch.cuda.get_device_name(self.device) if self.gpu else platform.processor() or platform.machine()
        self.hardware = options.hardware or name
        self.version = f"torch {torch.__version__}"
        self.note = self.clocks()
        self.flush = None
        if self.gpu and options.flush_cache:
            self.flush = torch.empty(512 * 1024 * 1024, dtype=torch.int8, device=self.device)
            self.note += "; cache flushed"
        self.graphs = self.gpu and not options.no_graphs and self.flush is None

    def clocks(self):
        """What the clock does decides what is measured: it is written into every row."""
        if not self.gpu:
            return "host timer"
        try:
            query = "clocks.sm,clocks.max.sm,power.limit"
            out = subprocess.run(["nvidia-smi", f"--query-gpu={query}", "--format=csv,noheader", "-i", "0"],
                                 capture_output=True, text=True, timeout=10, check=True).stdout.strip()
            return "clock now, clock most, power limit: " + out.replace(",", " /")
        except (OSError, subprocess.SubprocessError):
            return "clocks not known"

    def tensor(self, shape, dtype):
        return self.torch.randn(shape, dtype=getattr(self.torch, dtype), device=self.device)

    def product(self, a, b):
        out = self.torch.matmul(a, b)
        return lambda: self.torch.matmul(a, b, out=out)

    def copy(self, a):
        b = self.torch.empty_like(a)
        return lambda: b.copy_(a)

    def fused_attention(self, q, k, v, causal):
        return self.torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)

    def wait(self):
        if self.gpu:
            self.torch.cuda.synchronize()

    def seconds(self, call, graph=True):
        """Median time of a call; `graph` False for calls that cannot be captured."""
        if not self.gpu:
            return wall_seconds(call, self.wait, self.options)
        torch = self.torch
        for _ in range(self.options.warm_up):
            call()
        self.wait()
        calls = 1 if self.flush is not None else 20

        def run():
            for _ in range(calls):
                call()

        if self.graphs and graph:
            # Many calls in one graph: the host is out of the way, as in training with full queues.
            captured = torch.cuda.CUDAGraph()
            with torch.cuda.graph(captured):
                run()
            run = captured.replay
        times = []
        for _ in range(self.options.repeat):
            if self.flush is not None:
                self.flush.zero_()
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
            run()
            end.record()
            end.synchronize()
            times.append(begin.elapsed_time(end) * 1e-3 / calls)
        return statistics.median(times)


def source_of(options):
    host = options.source or platform.node()
    return f"measure.py on {host} {datetime.date.today().isoformat()}"


def product_shapes(quick):
    """Square, tall, flat and thin: each constant of the model needs shapes that it decides."""
    if quick:
        return [(m, n, k) for m in (16, 128, 256) for n in (128, 512) for k in (64, 512)]
    rows = (16, 64, 128, 512, 2048, 4096, 8192, 16384)
    sides, inner = (1024, 4096, 8192, 16384), (128, 1024, 4096, 16384)
    return [(m, n, k) for m in rows for n in sides for k in inner if m * n * k <= 8192 * 16384 * 8192]


def measure_products(backend, options, path):
    table = Table(path, GEMM)
    for dtype in backend.formats:
        for m, n, k in product_shapes(options.quick):
            seconds = backend.seconds(backend.product(backend.tensor((m, k), dtype), backend.tensor((k, n), dtype)))
            table.add(source=source_of(options), hardware=backend.hardware, dtype=csv_dtype(dtype), op="gemm", M=m, N=n,
                      K=k, batch_or_groups=1, layout="NN", time_us=digits(1e6 * seconds),
                      tflops=digits(2e-12 * m * n * k / seconds), kernel_or_fw=backend.version, note=backend.note,
                      confidence="measured")
    table.close()


def csv_dtype(dtype):
    return {"float16": "fp16", "float32": "fp32"}.get(dtype, dtype)


def measure_attention(backend, options, path):
    table = Table(path, ATTENTION)
    lengths = (64, 128) if options.quick else (512, 1024, 2048, 4096, 8192, 16384)
    tokens = 256 if options.quick else 16384
    for dtype in backend.formats:
        for length in lengths:
            for heads, width in ((16, 64), (16, 128), (32, 128)):
                for causal in (False, True):
                    batch = max(1, tokens // length)
                    shape = (batch, heads, length, width)
                    q, k, v = (backend.tensor(shape, dtype).requires_grad_() for _ in range(3))
                    work = 4.0 * batch * heads * length * length * width * (0.5 if causal else 1.0)
                    common = dict(source=source_of(options), hardware=backend.hardware, dtype=csv_dtype(dtype),
                                  implementation=f"SDPA {backend.version}", mask="causal" if causal else "full",
                                  batch=batch, seqlen_q=length, seqlen_kv=length, heads_q=heads, heads_kv=heads,
                                  head_dim_qk=width, head_dim_v=width, note=backend.note, confidence="measured")
                    with backend.torch.no_grad():
                        forward = backend.seconds(lambda: backend.fused_attention(q, k, v, causal))
                    table.add(time_ms=digits(1e3 * forward), tflops=digits(1e-12 * work / forward), **{
                        "pass": "fwd"}, **common)
                    out = backend.fused_attention(q, k, v, causal)
                    gradient = backend.torch.randn_like(out)
                    backward = backend.seconds(
                        lambda: backend.torch.autograd.grad(out, (q, k, v), gradient, retain_graph=True), graph=False)
                    table.add(time_ms=digits(1e3 * backward), tflops=digits(2.5e-12 * work / backward), **{
                        "pass": "bwd"}, **common)
    table.close()


def measure_copies(backend, options, path):
    table = Table(path, COPY)
    dtype, element = next(iter(backend.formats.items()))
    for power in range(14, 21) if options.quick else range(21, 33):
        size = 2**power
        seconds = backend.seconds(backend.copy(backend.tensor((size // element,), dtype)))
        table.add(hardware=backend.hardware, bytes=size, bandwidth_GBps=digits(2e-9 * size / seconds),
                  note="copy read+write; " + backend.note, source=source_of(options), confidence="measured")
    table.close()


def measure_collectives(options, path):
    try:
        import torch
        import torch.distributed as dist
    except ImportError:
        sys.exit("measure.py: collectives need PyTorch")
    if "RANK" not in os.environ:
        sys.exit("measure.py: start this with torchrun, e.g. torchrun --nproc-per-node 8 measure.py collectives")
    backend = TorchBackend(options)
    dist.init_process_group("nccl" if backend.gpu else "gloo")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    nodes = max(1, ranks // int(os.environ.get("LOCAL_WORLD_SIZE", ranks)))
    table = Table(path, COLLECTIVES) if rank == 0 else None
    version = "nccl " + ".".join(map(str, torch.cuda.nccl.version())) if backend.gpu else "gloo"

    # bus bandwidth over size / time, as nccl-tests defines it; sizes are of the whole array.
    share = (ranks - 1) / ranks
    kinds = {"all_reduce": 2 * share, "all_gather": share, "reduce_scatter": share, "alltoall": share,
             "broadcast": 1.0}
    if not backend.gpu:  # gloo has neither
        kinds = {name: kinds[name] for name in ("all_reduce", "all_gather", "broadcast")}
    for power in range(10, 17) if options.quick else range(10, 31):
        count = 2**power // 4 // ranks * ranks
        if count == 0:
            continue
        full = torch.ones(count, dtype=torch.float32, device=backend.device)
        part = torch.ones(count // ranks, dtype=torch.float32, device=backend.device)
        calls = {"all_reduce": lambda: dist.all_reduce(full),
                 "all_gather": (lambda: dist.all_gather_into_tensor(full, part)) if backend.gpu else
                 (lambda: dist.all_gather(list(full.chunk(ranks)), part)),
                 "reduce_scatter": lambda: dist.reduce_scatter_tensor(part, full),
                 "alltoall": lambda: dist.all_to_all_single(torch.empty_like(full), full),
                 "broadcast": lambda: dist.broadcast(full, 0)}
        for name, factor in kinds.items():
            call = calls[name]
            for _ in range(options.warm_up):
                call()
            backend.wait()
            dist.barrier()
            # Every rank runs the same number of calls; the slowest rank counts.
            inner = 20 if power < 26 else 5
            times = []
            for _ in range(options.repeat):
                dist.barrier()
                backend.wait()
                begin = time.perf_counter()
                for _ in range(inner):
                    call()
                backend.wait()
                mine = torch.tensor([(time.perf_counter() - begin) / inner], dtype=torch.float64, device=backend.device)
                dist.all_reduce(mine, op=dist.ReduceOp.MAX)
                times.append(float(mine))
            seconds = statistics.median(times)
            if table:
                size = 4 * count
                rate = 1e-9 * size / seconds
                table.add(source=source_of(options), hardware=backend.hardware, nodes=nodes, gpus=ranks,
                          collective=name, algorithm="NCCL default" if backend.gpu else "gloo", bytes=size,
                          time_us=digits(1e6 * seconds), algbw_GBps=digits(rate),
                          busbw_GBps=digits(rate * factor), dtype="float", lib_version=version,
                          note=f"{inner} calls back to back, slowest rank; {backend.note}", confidence="measured")
    if table:
        table.close()
    dist.destroy_process_group()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("kernels", "products", "attention", "copies", "collectives"))
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help="ROCm's GPUs are cuda to PyTorch too")
    parser.add_argument("--backend", choices=("torch", "numpy"), default="torch")
    parser.add_argument("--output", default=".", metavar="DIR", help="folder for the tables")
    parser.add_argument("--hardware", help="name of the hardware in the tables; else the driver's")
    parser.add_argument("--source", help="name of the machine in the tables; else the host's")
    parser.add_argument("--flush-cache", action="store_true", help="empty the last-level cache before each call")
    parser.add_argument("--no-graphs", action="store_true", help="launch each kernel from Python: what eager code sees")
    parser.add_argument("--quick", action="store_true", help="few, small sizes: a trial")
    parser.add_argument("--warm-up", type=int, default=10, metavar="N", help="calls before the first timed one")
    parser.add_argument("--repeat", type=int, default=10, metavar="N", help="timings, of which the median counts")
    parser.add_argument("--least-ms", type=float, default=5.0, metavar="MS", help="length of a timing on the host")
    options = parser.parse_args()
    if options.warm_up < 1 or options.repeat < 1:
        parser.error("--warm-up and --repeat must be at least 1")
    os.makedirs(options.output, exist_ok=True)
    path = lambda name: os.path.join(options.output, name)
    if options.what == "collectives":
        return measure_collectives(options, path("collectives.csv"))
    try:
        backend = NumpyBackend(options) if options.backend == "numpy" else TorchBackend(options)
    except ImportError as error:
        sys.exit(f"measure.py: {error}; --backend numpy does without PyTorch")
    if options.what in ("kernels", "products"):
        measure_products(backend, options, path("gemm.csv"))
    if options.what in ("kernels", "attention"):
        if backend.attention:
            measure_attention(backend, options, path("attention.csv"))
        elif options.what == "attention":
            sys.exit("measure.py: fused attention needs PyTorch")
    if options.what in ("kernels", "copies"):
        measure_copies(backend, options, path("hbm_bandwidth.csv"))
    return None


if __name__ == "__main__":
    sys.exit(main())
