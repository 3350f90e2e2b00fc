using System.Globalization;
using BenchmarkDotNet.Running;
using Reranking.Benchmarks;

// --report            the table of the README: the engine against the bare runtime, padded batches and the peer in JavaScript
// --report --no-node  the same without the peer
// --windows [count]   long documents read in windows and cut; 240 queries take some minutes
// --cascade           a small model on 100 candidates and the big one on the best of them, on TREC DL19
// --faults            the fault matrix by the real clock
// anything else       BenchmarkDotNet, as in --filter *Tokenizer*
if (args.Contains("--report"))
{
    await Report.WriteAsync(Console.Out, withNode: !args.Contains("--no-node"));
}
else if (args is ["--windows", .. string[] rest])
{
    await LongDocumentReport.WriteAsync(Console.Out, rest is [string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 240);
}
else if (args is ["--cascade"])
{
    await CascadeReport.WriteAsync(Console.Out);
}
else if (args is ["--faults"])
{
    await FaultReport.WriteAsync(Console.Out);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Report).Assembly).Run(args);
}
