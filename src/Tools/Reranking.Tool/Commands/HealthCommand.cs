using System.CommandLine;
using Reranking.Tool.Output;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank health</c>: asks a server whether it is ready, where nothing else can, as in a container without a shell.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(Terminal terminal)
    {
        var address = new Argument<string>("address")
        {
            Description = "Where the server is.",
            DefaultValueFactory = static _ => "http://127.0.0.1:8080",
        };
        Option<bool> json = new CommonOptions().Json;
        var command = new Command("health", CommandRunner.Describe(
            "Asks a server of 'rerank serve' whether it is ready; the exit code says so.",
            "rerank health",
            "rerank health http://127.0.0.1:9000 --json"))
        {
            address, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(terminal, parsed.GetValue(address)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Terminal terminal, string text, bool asJson, CancellationToken cancellationToken)
    {
        Uri address = CommonOptions.AddressOf(text)
            ?? throw new ToolException($"The address is '{text}'; expected one such as http://127.0.0.1:8080.", ExitCode.Usage);
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(address, "/health/ready"), cancellationToken).ConfigureAwait(false);
            bool isReady = response.IsSuccessStatusCode;
            terminal.WriteLine(asJson ? Json(address, isReady ? "ready" : "notReady") : isReady ? "ready" : "not ready");
            return isReady ? ExitCode.Success : ExitCode.CheckFailed;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            if (asJson)
            {
                terminal.WriteLine(Json(address, "unreachable"));
            }

            throw new ToolException($"No server answers at {address}.", ExitCode.CheckFailed);
        }
    }

    private static string Json(Uri address, string state) => ToolJson.Write(writer =>
    {
        writer.WriteString("address", address.OriginalString);
        writer.WriteString("state", state);
    });
}
