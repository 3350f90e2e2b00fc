using Microsoft.Extensions.Configuration;
using Reranking;
using Reranking.Onnx;
using Samples;

const string Question = "How do I reset my password?";

// Set KernelMemory:Endpoint for a service of yours, as --KernelMemory:Endpoint=http://localhost:9001 or in the environment
// as KernelMemory__Endpoint; KernelMemory:ApiKey likewise.
IConfiguration configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build();
string? endpoint = configuration["KernelMemory:Endpoint"];
await using KernelMemoryStandIn? standIn = string.IsNullOrEmpty(endpoint) ? await KernelMemoryStandIn.StartAsync() : null;
Console.WriteLine(standIn is null ? $"Kernel Memory at {endpoint}\n" : "A stand-in of Kernel Memory's service; set KernelMemory:Endpoint for a real one\n");

using var scorer = new OnnxRelevanceScorer();
using var client = new HttpClient();
var search = new RerankedKernelMemorySearch(client, new Reranker(scorer), new KernelMemorySearchOptions
{
    Endpoint = standIn?.Address ?? new Uri(endpoint!),
    ApiKey = configuration["KernelMemory:ApiKey"],
});

// One POST to /search; the partitions of all files found are scored, and grouped by file again. With a limit, 50 files are asked for all the same.
KernelMemorySearchResult result = await search.SearchAsync(Question);

var partitions = result.Results.SelectMany(file => file.Partitions.Select(partition => (file.SourceName, Partition: partition))).ToList();
Show.Ranking("First stage", partitions.OrderBy(found => found.Partition.FirstStageIndex).Select(found => found.SourceName));

var best = partitions.Take(3).ToList();
Show.Ranking(
    Show.Outcome(result.Reranking),
    best.Select(found => $"{found.SourceName} (was {found.Partition.FirstStageIndex + 1}, relevance {found.Partition.Relevance:0.000})"));

// Numbered and quoted, so that no text can pass for another one.
IEnumerable<string> facts = best.Select((found, rank) =>
    CitationFormat.Write(rank + 1, new ContextPassage(found.Partition.Text) { Title = found.SourceName }));
Show.Text("Facts for the prompt", string.Join("\n\n", facts));
