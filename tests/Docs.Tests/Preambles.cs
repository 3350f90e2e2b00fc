namespace Docs.Tests;

/// <summary>What snippets take for granted: the names that stand for the reader's own application.</summary>
internal static class Preambles
{
    private static readonly string[] KernelMemoryFolders = ["tests/Reranking.KernelMemory.Tests/StandIns", "src/Plugin/Reranking.KernelMemory/MemoryDb"];

    public const string Usings = """
        global using System.Diagnostics;
        global using System.Runtime.CompilerServices;
        global using Microsoft.AspNetCore.Builder;
        global using Microsoft.Extensions.AI;
        global using Microsoft.Extensions.Caching.Hybrid;
        global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting;
        global using Microsoft.Extensions.Logging;
        global using Microsoft.Extensions.VectorData;
        global using Microsoft.ML.Tokenizers;
        global using Reranking;
        global using Reranking.Http;
        global using Reranking.Onnx;
        global using Reranking.Onnx.EarlyExit;
        global using Reranking.Tokenizers;
        global using static Application;
        global using HelpArticle = Article;
        global using Passage = Article;

        """;

    public const string Application = """
        static class Application
        {
            public static Reranker reranker => throw new NotSupportedException();
            public static IRelevanceScorer scorer => throw new NotSupportedException();
            public static IRelevanceScorer candidate => throw new NotSupportedException();
            public static RelevanceScore score => default;
            public static RerankingResult<Article> best => throw new NotSupportedException();
            public static RerankingResult<Article> result => throw new NotSupportedException();
            public static IServiceCollection services => throw new NotSupportedException();
            public static IConfiguration configuration => throw new NotSupportedException();
            public static ILogger logger => throw new NotSupportedException();
            public static HttpClient client => throw new NotSupportedException();
            public static IChatClient chatModel => throw new NotSupportedException();
            public static Uri endpoint => throw new NotSupportedException();
            public static CancellationToken cancellationToken => default;
            public static string question => "";
            public static string query => "";
            public static string document => "";
            public static string text => "";
            public static string key => "";
            public static string path => "";
            public static string page => "";
            public static string baseline => "";
            public static string qrels => "";
            public static string[] passages => [];
            public static string[] queries => [];
            public static List<string> lines => [];
            public static Article[] articles => [];
            public static EvaluationReport report => throw new NotSupportedException();
            public static Func<LabelingQuestion, LabelingAnswer> ask => throw new NotSupportedException();
            public static VectorStore store => throw new NotSupportedException();
            public static VectorStoreCollection<string, Article> collection => throw new NotSupportedException();
            public static KnowledgeBase knowledge => throw new NotSupportedException();
            public static Func<string, CancellationToken, Task<IEnumerable<Article>>> search => throw new NotSupportedException();
        }

        sealed record Article(string Title, string Text)
        {
            public string Id { get; init; } = "";
            public string Product { get; init; } = "";
            public bool Confidential { get; init; }
        }

        sealed class KnowledgeBase
        {
            public Task<IEnumerable<Article>> SearchAsync(string query, int count, CancellationToken cancellationToken = default) =>
                throw new NotSupportedException();
        }

        sealed class AuditHandler : DelegatingHandler;

        static class Assert
        {
            public static void False(bool condition, string message) { }
        }

        """;

    public const string Host = """
        global using static Hosting;
        static class Hosting
        {
            public static IHostApplicationBuilder builder => throw new NotSupportedException();
            public static WebApplication app => throw new NotSupportedException();
        }
        """;

    public const string Kernel = """
        global using Microsoft.SemanticKernel;
        global using Microsoft.SemanticKernel.Data;
        global using static KernelApplication;
        static class KernelApplication
        {
            public static IKernelBuilder builder => throw new NotSupportedException();
            public static ITextSearch<Article> textSearch => throw new NotSupportedException();
        }

        sealed class WordOverlapScorer : IRelevanceScorer
        {
            public Task<RelevanceScores> ScoreAsync(
                string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options, CancellationToken cancellationToken) =>
                throw new NotSupportedException();
            public object? GetService(Type serviceType, object? serviceKey) => null;
            public void Dispose() { }
        }
        """;

    public const string KernelMemory = """
        global using Microsoft.KernelMemory;
        global using Microsoft.KernelMemory.MemoryStorage;
        global using static MemoryApplication;
        static class MemoryApplication
        {
            public static IKernelMemoryBuilder builder => throw new NotSupportedException();
            public static IMemoryDb memoryDb => throw new NotSupportedException();
        }
        """;

    public const string Evaluation = """
        global using Microsoft.Extensions.AI.Evaluation;
        global using static EvaluationApplication;
        static class EvaluationApplication
        {
            public static string answer => "";
        }
        """;

    public static IEnumerable<string> Of(string page) =>
        page.Contains("Reranking.SemanticKernel/", StringComparison.Ordinal) || page.EndsWith("/semantic-kernel.md", StringComparison.Ordinal)
            ? [Usings, Application, Kernel]
        : page.Contains("Reranking.KernelMemory/", StringComparison.Ordinal) || page.EndsWith("/kernel-memory.md", StringComparison.Ordinal)
            ? [Usings, Application, KernelMemory, .. StandIns]
        : page.Contains("Reranking.Extensions.AI.Evaluation/", StringComparison.Ordinal) ? [Usings, Application, Evaluation]
        : [Usings, Application, Host];

    // Kernel Memory does not restore everywhere: types of the same names and signatures, and the adapter over them.
    private static IEnumerable<string> StandIns =>
        from folder in KernelMemoryFolders
        from file in Repository.Files("*.cs", folder)
        select Repository.Read(file);
}
