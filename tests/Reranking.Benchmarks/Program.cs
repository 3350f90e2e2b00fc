using BenchmarkDotNet.Running;
using Reranking.Benchmarks;

// --report            the table of the README: the engine against the bare runtime, padded batches and the peer in JavaScript
// --report --no-node  the same without the peer
// anything else       BenchmarkDotNet, as in --filter *Tokenizer*
if (args.Contains("--report"))
{
    await Report.WriteAsync(Console.Out, withNode: !args.Contains("--no-node"));
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Report).Assembly).Run(args);
}
