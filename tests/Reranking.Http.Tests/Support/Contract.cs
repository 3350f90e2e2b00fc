using System.Globalization;
using System.Text.Json.Nodes;

namespace Reranking.Http.Tests;

/// <summary>What an API looks like on the wire, written down a second time from its reference.</summary>
/// <param name="Dialect">The dialect.</param>
/// <param name="RequestLine">The first line of a request to a base address.</param>
/// <param name="KeyHeader">The header of the key, with its value for the key <c>k-123</c>.</param>
/// <param name="Body">The body of the request for model <c>m-1</c>, query <c>what?</c> and the documents <c>zero</c>, <c>one</c> and <c>two</c>.</param>
/// <param name="Response">A response to it: 0.5 for document 0, 0.25 for document 1 and 0.75 for document 2, in another order.</param>
/// <param name="Tokens">The tokens that the response reports.</param>
/// <param name="Units">The units that the response reports.</param>
/// <param name="Model">The model that the response reports.</param>
/// <param name="Error">The body of an error that says <c>went wrong</c>.</param>
public sealed record Contract(
    RerankApi Dialect,
    string RequestLine,
    (string Name, string Value) KeyHeader,
    string Body,
    string Response,
    long? Tokens,
    double? Units,
    string? Model,
    string Error)
{
    private static readonly (string, string) Bearer = ("Authorization", "Bearer k-123");

    public static IReadOnlyList<Contract> All { get; } =
    [
        new(RerankApi.Cohere, "POST /v2/rerank HTTP/1.1", Bearer,
            """{"model":"m-1","query":"what?","documents":["zero","one","two"]}""",
            """
            {"id":"07734bd2","results":[{"index":2,"relevance_score":0.75},{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":0.25}],
             "meta":{"api_version":{"version":"2","is_experimental":false},"billed_units":{"search_units":1},"tokens":{"input_tokens":42}}}
            """, 42, 1, "m-1", """{"message":"went wrong","id":"1"}"""),
        new(RerankApi.AzureFoundry, "POST /providers/cohere/v2/rerank HTTP/1.1", ("api-key", "k-123"),
            """{"model":"m-1","query":"what?","documents":["zero","one","two"]}""",
            """{"results":[{"index":2,"relevance_score":0.75},{"index":0,"relevance_score":0.5},"""
            + """{"index":1,"relevance_score":0.25}],"meta":{"billed_units":{"search_units":1}}}""",
            null, 1, "m-1", """{"error":{"code":"BadRequest","message":"went wrong"}}"""),
        new(RerankApi.Jina, "POST /v1/rerank HTTP/1.1", Bearer,
            """{"model":"m-1","query":"what?","return_documents":false,"documents":["zero","one","two"]}""",
            """
            {"model":"jina-reranker-v2","object":"list","usage":{"total_tokens":42},
             "results":[{"index":2,"relevance_score":0.75},{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":0.25,"document":{"text":"one"}}]}
            """, 42, null, "jina-reranker-v2", """{"detail":"went wrong"}"""),
        new(RerankApi.Voyage, "POST /v1/rerank HTTP/1.1", Bearer,
            """{"model":"m-1","query":"what?","return_documents":false,"truncation":true,"documents":["zero","one","two"]}""",
            """
            {"object":"list","data":[{"index":2,"relevance_score":0.75,"document":"two"},{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":0.25}],
             "model":"rerank-2.5","usage":{"total_tokens":42}}
            """, 42, null, "rerank-2.5", """{"detail":"went wrong"}"""),
        new(RerankApi.Mixedbread, "POST /v1/reranking HTTP/1.1", Bearer,
            """{"model":"m-1","query":"what?","return_input":false,"input":["zero","one","two"]}""",
            """
            {"object":"list","data":[{"index":2,"score":0.75,"object":"rank_result"},{"index":0,"score":0.5,"input":"zero"},{"index":1,"score":0.25}],
             "model":"mxbai-rerank-large-v2","usage":{"prompt_tokens":40,"total_tokens":42}}
            """, 42, null, "mxbai-rerank-large-v2", """{"detail":"went wrong"}"""),
        new(RerankApi.TextEmbeddingsInference, "POST /rerank HTTP/1.1", Bearer,
            """{"query":"what?","return_text":false,"raw_scores":false,"truncate":true,"texts":["zero","one","two"]}""",
            """[{"index":2,"score":0.75},{"index":0,"score":0.5,"text":"zero"},{"index":1,"score":0.25}]""",
            null, null, "m-1", """{"error":"went wrong","error_type":"Validation"}"""),
        new(RerankApi.Vllm, "POST /v1/rerank HTTP/1.1", Bearer,
            """{"model":"m-1","query":"what?","truncate_prompt_tokens":-1,"documents":["zero","one","two"]}""",
            """
            {"id":"rerank-1","model":"BAAI/bge-reranker-base","usage":{"total_tokens":42},
             "results":[{"index":2,"document":{"text":"two"},"relevance_score":0.75},
                        {"index":0,"document":{"text":"zero"},"relevance_score":0.5},
                        {"index":1,"document":{"text":"one"},"relevance_score":0.25}]}
            """, 42, null, "BAAI/bge-reranker-base", """{"object":"error","message":"went wrong","type":"BadRequestError","param":null,"code":400}"""),
        new(RerankApi.LlamaCpp, "POST /v1/rerank HTTP/1.1", Bearer,
            """{"model":"m-1","query":"what?","documents":["zero","one","two"]}""",
            """{"model":"bge","object":"list","usage":{"prompt_tokens":42,"total_tokens":42},"""
            + """ "results":[{"index":2,"relevance_score":0.75},{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":0.25}]}""",
            42, null, "bge", """{"error":{"code":500,"message":"went wrong","type":"server_error"}}"""),
        new(RerankApi.Pinecone, "POST /rerank HTTP/1.1", ("Api-Key", "k-123"),
            """{"model":"m-1","query":"what?","return_documents":false,"documents":[{"text":"zero"},{"text":"one"},{"text":"two"}]}""",
            """{"model":"bge-reranker-v2-m3","data":[{"index":2,"score":0.75},{"index":0,"score":0.5,"document":{"text":"zero"}},"""
            + """{"index":1,"score":0.25}],"usage":{"rerank_units":1}}""",
            null, 1, "bge-reranker-v2-m3", """{"error":{"code":"INVALID_ARGUMENT","message":"went wrong"},"status":400}"""),
    ];

    public string DocumentsField => Dialect switch { RerankApi.Mixedbread => "input", RerankApi.TextEmbeddingsInference => "texts", _ => "documents" };

    public static Contract Of(RerankApi dialect) => All.Single(contract => contract.Dialect == dialect);

    /// <summary>Returns what the API would: best first, with the score that a function computes of query and document.</summary>
    public StubResponse Score(StubRequest request, Func<string, string, double> score)
    {
        string query = (string)request.Json["query"]!;
        string field = JsonNode.Parse(Response) is JsonObject root ? root.ContainsKey("data") ? "data" : "results" : "";
        string scoreField = Response.Contains("relevance_score", StringComparison.Ordinal) ? "relevance_score" : "score";
        string list = string.Join(',', request.Documents(DocumentsField)
            .Select((document, index) => (Score: score(query, document), index))
            .OrderByDescending(result => result.Score)
            .Select(result => string.Create(CultureInfo.InvariantCulture, $$"""{"index":{{result.index}},"{{scoreField}}":{{result.Score:R}}}""")));
        return StubResponse.Ok(field.Length == 0 ? $"[{list}]" : $$"""{"{{field}}":[{{list}}]}""");
    }
}
