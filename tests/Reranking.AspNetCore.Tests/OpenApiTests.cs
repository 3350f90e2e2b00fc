using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Reranking.AspNetCore.Tests;

/// <summary>The description is of the endpoints that there are, and of what they answer.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Description_AllEndpoints_AreThoseThatAreMapped()
    {
        await using RerankServer server = await RerankServer.StartAsync();
        JsonObject paths = (await DescriptionAsync(server))["paths"]!.AsObject();

        string[] mapped = [.. server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(static endpoint => $"{endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single()} {endpoint.RoutePattern.RawText}")
            .Where(static endpoint => !endpoint.EndsWith("/openapi.json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        string[] described = [.. paths
            .SelectMany(static path => path.Value!.AsObject().Select(operation => $"{operation.Key.ToUpperInvariant()} {path.Key}"))
            .Order(StringComparer.Ordinal)];
        Assert.Equal(mapped, described);
    }

    [Fact]
    public async Task Description_EveryExample_IsAnsweredAsDescribed()
    {
        await using RerankServer server = await RerankServer.StartAsync();
        JsonNode description = await DescriptionAsync(server);
        int examples = 0;

        foreach ((string path, JsonNode? item) in description["paths"]!.AsObject())
        {
            if (item!["get"] is { } get)
            {
                (HttpStatusCode status, JsonNode? body) = await server.GetAsync(path);
                Assert.Equal(HttpStatusCode.OK, status);
                AssertMatches(description, get["responses"]!["200"]!["content"]!["application/json"]!["schema"]!, body, path);
                continue;
            }

            JsonNode post = item["post"]!;
            foreach ((string shape, JsonNode? example) in post["requestBody"]!["content"]!["application/json"]!["examples"]!.AsObject())
            {
                JsonNode request = example!["value"]!;
                AssertMatches(description, Reference(shape + "Request"), request, $"{path} {shape} request");
                (HttpStatusCode status, JsonNode? body, HttpResponseMessage response) = await server.PostAsync(path, request.ToJsonString());
                Assert.Equal(HttpStatusCode.OK, status);
                AssertMatches(description, Reference(shape + "Response"), body, $"{path} {shape} response");
                Assert.All(post["responses"]!["200"]!["headers"]!.AsObject(), header => Assert.True(response.Headers.Contains(header.Key), header.Key));
                examples++;
            }
        }

        Assert.Equal(21, examples);
    }

    [Theory]
    [InlineData("/v2/rerank", "{}")]
    [InlineData("/v1/rerank", "{")]
    [InlineData("/rerank", """{"query":"q","texts":[]}""")]
    [InlineData("/rerank", """{"query":"q","documents":["d"],"model":"no such"}""")]
    public async Task Description_Errors_AreAsDescribed(string path, string body)
    {
        await using RerankServer server = await RerankServer.StartAsync();
        JsonNode description = await DescriptionAsync(server);

        (HttpStatusCode status, JsonNode? error, _) = await server.PostAsync(path, body);

        JsonNode responses = description["paths"]![path]!["post"]!["responses"]!;
        JsonNode? described = responses[((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture)];
        Assert.NotNull(described);
        AssertMatches(description, described["content"]!["application/json"]!["schema"]!, error, path);
    }

    private static async Task<JsonNode> DescriptionAsync(RerankServer server) => (await server.GetAsync("/openapi.json")).Body!;

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    // As much of JSON Schema as the description uses; what it does not declare is an error here, so that nothing is left out of it.
    private static void AssertMatches(JsonNode description, JsonNode schema, JsonNode? value, string place)
    {
        if (schema["$ref"] is { } reference)
        {
            schema = description["components"]!["schemas"]![((string)reference!).Split('/')[^1]]!;
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            Assert.Contains(choices, choice => (string?)choice!["type"] == TypeOf(value));
            return;
        }

        string type = (string)schema["type"]!;
        Assert.True(type == TypeOf(value) || (type == "number" && TypeOf(value) == "integer"), $"{place} is {TypeOf(value)}; expected {type}.");
        if (value is JsonArray array)
        {
            Assert.All(array, (element, i) => AssertMatches(description, schema["items"]!, element, $"{place}[{i}]"));
        }

        if (value is JsonObject json && schema["properties"] is JsonObject properties)
        {
            Assert.All(json, property =>
            {
                Assert.True(properties.ContainsKey(property.Key), $"{place}.{property.Key} is not described.");
                AssertMatches(description, properties[property.Key]!, property.Value, $"{place}.{property.Key}");
            });
            Assert.All(schema["required"] as JsonArray ?? [], name => Assert.True(json.ContainsKey((string)name!), $"{place}.{name} is missing."));
        }
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.Object => "object",
        System.Text.Json.JsonValueKind.Array => "array",
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.Number => value.ToJsonString().AsSpan().ContainsAny(".eE") ? "number" : "integer",
        System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
        _ => "null",
    };
}
