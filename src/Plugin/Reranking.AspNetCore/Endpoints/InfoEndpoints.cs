using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>Answers what there is, and whether it is ready.</summary>
internal sealed class InfoEndpoints(
    ScorerDirectory scorers, RerankEndpoint endpoint, IOptions<RerankingServerOptions> options, IServiceProvider services, IHostApplicationLifetime lifetime)
{
    // Written by hand, since the shapes are those of others, and held to the endpoints by a test.
    private static readonly Lazy<byte[]> Description = new(static () => EmbeddedFile.Read(typeof(InfoEndpoints), "openapi.json"));

    /// <summary>Answers the description of the endpoints, in OpenAPI's form.</summary>
    public static Task DescribeAsync(HttpContext context) =>
        JsonResponse.SendAsync(context, StatusCodes.Status200OK, Description.Value, context.RequestAborted);

    /// <summary>Answers that the process runs.</summary>
    public static Task LiveAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, static json => json.WriteString("status", "live"));

    /// <summary>Answers whether the scorers are loaded, and no shutdown has begun.</summary>
    public async Task ReadyAsync(HttpContext context)
    {
        var check = new RerankingHealthCheck(services);
        var registration = new HealthCheckRegistration("reranking", check, HealthStatus.Unhealthy, tags: null);
        HealthCheckResult result = await check.CheckHealthAsync(
            new HealthCheckContext { Registration = registration }, context.RequestAborted).ConfigureAwait(false);
        bool isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        bool isReady = result.Status == HealthStatus.Healthy && !isStopping;
        await WriteAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, json => json.WriteString(
            "status", isReady ? "ready" : isStopping ? "stopping" : "not ready")).ConfigureAwait(false);
    }

    /// <summary>Answers what Text Embeddings Inference tells about itself.</summary>
    public async Task InfoAsync(HttpContext context)
    {
        if (await endpoint.AuthorizeAsync(context, shape: null).ConfigureAwait(false) is null)
        {
            return;
        }

        RelevanceScorerMetadata? metadata = ScorerDirectory.MetadataOf(scorers.Default);
        await WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("model_id", metadata?.ModelId ?? "");
            json.WriteStartObject("model_type");
            json.WriteStartObject("reranker");
            json.WriteEndObject();
            json.WriteEndObject();
            if (metadata?.MaxInputTokens is { } maxTokens)
            {
                json.WriteNumber("max_input_length", maxTokens);
            }

            json.WriteNumber("max_client_batch_size", options.Value.MaxDocuments);
            json.WriteNumber("max_concurrent_requests", options.Value.MaxConcurrentRequests);
            json.WriteNumber("payload_limit", options.Value.MaxBodyBytes);
            json.WriteString("version", typeof(InfoEndpoints).Assembly.GetName().Version!.ToString(3));
        }).ConfigureAwait(false);
    }

    /// <summary>Answers the names that requests can have as <c>model</c>, in the form of OpenAI's list.</summary>
    public async Task ModelsAsync(HttpContext context)
    {
        if (await endpoint.AuthorizeAsync(context, shape: null).ConfigureAwait(false) is null)
        {
            return;
        }

        await WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (string name in scorers.Names)
            {
                if (scorers.Find(name) is not { } scorer)
                {
                    continue;   // the settings have just lost it
                }

                json.WriteStartObject();
                json.WriteString("id", name);
                json.WriteString("object", "model");
                json.WriteString("owned_by", ScorerDirectory.MetadataOf(scorer)?.ProviderName ?? "");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await JsonResponse.SendAsync(context, status, output.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }
}
