using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;
using Reranking.Tool.Output;
using Reranking.Tool.Serving;

namespace Reranking.Tool.Commands;

/// <summary><c>rerank serve</c>: one port for the clients of every rerank API.</summary>
internal sealed class ServeCommand
{
    /// <summary>The name of the command, which ends by signals of its own.</summary>
    public const string Name = "serve";

    private const int HighestPort = 65_535;

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = "The settings of an application, such as appsettings.json: Reranking, which is swapped live, RerankingServer and Logging.",
    };

    private readonly Option<string[]> _model = new("--model", "-m")
    {
        Description = "A model: a folder, an .onnx file, or a name such as bge-reranker-v2-m3. Several have their names as 'model' of requests.",
    };

    private readonly Option<string> _host = new("--host")
    {
        Description = "The address to listen on, such as 0.0.0.0. Other machines reach it only with a key, or --allow-anyone.",
        DefaultValueFactory = static _ => "127.0.0.1",
    };

    private readonly Option<int> _port = new("--port", "-p")
    {
        Description = "The port to listen on; 0 means a free one.",
        DefaultValueFactory = static _ => 8080,
    };

    private readonly Option<string[]> _keys = new("--api-key-hash")
    {
        Description = "The SHA-256 of a key that clients send as Authorization: Bearer KEY; printf %s KEY | sha256sum makes it.",
    };

    private readonly Option<bool> _anyone = new("--allow-anyone") { Description = "Ask for no key although other machines reach the address." };

    private readonly Option<string[]> _allowedHosts = new("--allowed-host")
    {
        Description = "A name that requests may have as Host. Without it, on loopback only the names of this machine, else any.",
    };

    private readonly Option<int> _drain = new("--drain-seconds")
    {
        Description = "How long requests are still accepted after SIGTERM, while /health/ready says no.",
    };

    private readonly Option<string?> _redis = new("--redis")
    {
        Description = "Share scores with other replicas in Redis, such as redis:6379. Keys hash the texts; no text is stored.",
    };

    private readonly Option<string?> _otlp = new("--otlp")
    {
        Description = "Where metrics and spans are sent by gRPC, such as http://localhost:4317. Without it, OTEL_EXPORTER_OTLP_ENDPOINT is used if set.",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Write the log as JSON, an object per line." };
    private readonly Option<bool> _playground = new("--playground") { Description = "Serve the playground at / although a key is asked for." };
    private readonly Terminal _terminal;

    private ServeCommand(Terminal terminal) => _terminal = terminal;

    public static Command Create(Terminal terminal)
    {
        var self = new ServeCommand(terminal);
        var command = new Command(Name, CommandRunner.Describe(
            "Serves rerank endpoints for clients of Cohere, Jina, Voyage, Mixedbread, Text Embeddings Inference and vLLM on one port, until Ctrl+C or SIGTERM.",
            "rerank serve",
            "rerank serve --model bge-reranker-v2-m3 --port 8080",
            "rerank serve --config appsettings.json --host 0.0.0.0 --api-key-hash \"$(printf %s \"$KEY\" | sha256sum | cut -c1-64)\""))
        {
            self._config, self._model, self._host, self._port, self._keys, self._anyone,
            self._allowedHosts, self._drain, self._redis, self._otlp, self._json, self._playground,
        };
        command.SetAction(self.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ServeOptions options = Read(parsed);
        WebApplication app = RerankServer.Build(options);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException exception)
            {
                throw new ToolException($"--host {options.Address} with --port {options.Port} can't be listened on: {exception.Message}.");
            }

            Uri address = RerankServer.AddressOf(app);
            _terminal.Note($"rerank serves {address} (reference: {address}docs, metrics: {address}metrics). Ctrl+C stops it.");
            await app.WaitForShutdownAsync(cancellationToken).ConfigureAwait(false);
        }

        return ExitCode.Success;
    }

    private ServeOptions Read(ParseResult parsed)
    {
        string host = parsed.GetValue(_host)!;
        IPAddress? address = host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out IPAddress? parsedAddress) ? parsedAddress : null;
        int port = parsed.GetValue(_port);
        int drain = parsed.GetValue(_drain);
        return new ServeOptions
        {
            Config = parsed.GetValue(_config),
            Models = parsed.GetValue(_model) ?? [],
            Address = address
                ?? throw new ToolException($"--host is '{host}'; expected an address such as 127.0.0.1 or 0.0.0.0, or localhost.", ExitCode.Usage),
            Port = port is >= 0 and <= HighestPort ? port
                : throw new ToolException($"--port is {port}; expected 0 to {HighestPort}.", ExitCode.Usage),
            Drain = drain is >= 0 and <= 3_600 ? TimeSpan.FromSeconds(drain)
                : throw new ToolException($"--drain-seconds is {drain}; expected 0 to 3600.", ExitCode.Usage),
            OtlpEndpoint = parsed.GetValue(_otlp) is not { } otlp ? null
                : CommonOptions.AddressOf(otlp)
                ?? throw new ToolException($"--otlp is '{otlp}'; expected an address such as http://localhost:4317.", ExitCode.Usage),
            Redis = parsed.GetValue(_redis),
            ApiKeyHashes = parsed.GetValue(_keys) ?? [],
            AllowAnyone = parsed.GetValue(_anyone),
            AllowedHosts = parsed.GetValue(_allowedHosts) ?? [],
            LogsJson = parsed.GetValue(_json),
            ShowsPlayground = parsed.GetValue(_playground),
        };
    }
}
