using System.Globalization;
using BenchmarkDotNet.Running;
using Reranking.Benchmarks;

// --report            the table of the README: the engine against the bare runtime, padded batches and the peer in JavaScript
// --report --no-node  the same without the peer
// --report --load     what callers wait and what memory they take: 1, 4 and 16 callers, 10 to 1,000 candidates; some ten minutes
// --report --load docs/images/load.svg 100   the same with a chart, up to 100 candidates
// --windows           long documents read in windows and cut; 240 queries take some minutes
// --windows 60 192    the same with 60 queries and windows of 192 tokens
// --cascade           a small model on 100 candidates and the big one on the best of them, on TREC DL19
// --early-exit        the full pass and early exit, on TREC DL19
// --early-exit On 5:30 "2:70 5:30"   the same with other plans
// --early-exit-margins   whether a fixed number should stay or a margin, on TREC DL19 and two sets that nothing was fitted to
// --half-widths      how small a gain a number of labeled queries can show, on TREC DL19
// --tokenizer         MB/s beside other tokenizers; a huge text without white space beside a hundredth of it, in each family of tokenizers
// --faults            the fault matrix by the real clock
// --fair              ten short documents alone, beside a request of a thousand long ones, and beside twenty such
// --fair 5            the same with the median of 5
// --serve             pairs a second of `rerank serve` on loopback beside those of the engine in the process
// --serve --overload  how long accepted requests wait when four times as much is asked as the server can do; three minutes
// anything else       BenchmarkDotNet, as in --filter *Tokenizer*
if (args is ["--report", "--load", .. string[] load])
{
    string? chart = Array.Find(load, static argument => argument.EndsWith(".svg", StringComparison.Ordinal));
    int[] most = [.. load.Where(static argument => char.IsAsciiDigit(argument[0])).Select(static count => int.Parse(count, CultureInfo.InvariantCulture))];
    await LoadReport.WriteAsync(Console.Out, withNode: !load.Contains("--no-node"), chart, maxCandidates: most is [int count] ? count : int.MaxValue);
}
else if (args.Contains("--report"))
{
    await Report.WriteAsync(Console.Out, withNode: !args.Contains("--no-node"));
}
else if (args is ["--windows", .. string[] rest])
{
    int[] numbers = [.. rest.Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
    await LongDocumentReport.WriteAsync(Console.Out, count: numbers is [int count, ..] ? count : 240, windowTokens: numbers is [_, int tokens] ? tokens : null);
}
else if (args is ["--cascade"])
{
    await CascadeReport.WriteAsync(Console.Out);
}
else if (args is ["--early-exit", .. string[] plans])
{
    await EarlyExitReport.WriteAsync(Console.Out, plans);
}
else if (args is ["--early-exit-margins"])
{
    await EarlyExitMarginReport.WriteAsync(Console.Out);
}
else if (args is ["--half-widths"])
{
    await HalfWidthReport.WriteAsync(Console.Out);
}
else if (args is ["--tokenizer"])
{
    await TokenizerThroughput.WriteAsync(Console.Out);
    await Console.Out.WriteLineAsync();
    await TokenizerReport.WriteAsync(Console.Out);
}
else if (args is ["--faults"])
{
    await FaultReport.WriteAsync(Console.Out);
}
else if (args is ["--fair", .. string[] fair])
{
    await FairReport.WriteAsync(Console.Out, rounds: fair is [string count] ? int.Parse(count, CultureInfo.InvariantCulture) : 15);
}
else if (args is ["--serve", "--overload"])
{
    await OverloadReport.WriteAsync(Console.Out, TimeSpan.FromSeconds(60));
}
else if (args is ["--serve"])
{
    await ServeReport.WriteAsync(Console.Out, TimeSpan.FromSeconds(15), rounds: 2);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Report).Assembly).Run(args);
}
