using System.Net;

namespace Reranking.Tool.Serving;

/// <summary>What the command line says about the server.</summary>
internal sealed record ServeOptions
{
    /// <summary>Gets the settings of an application, or <see langword="null"/> for the models of <see cref="Models"/>.</summary>
    public string? Config { get; init; }

    /// <summary>Gets the models to serve, the first one for requests that name none; none means the model inside.</summary>
    public string[] Models { get; init; } = [];

    /// <summary>Gets the address to listen on.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>Gets the port to listen on; 0 means any free one.</summary>
    public required int Port { get; init; }

    /// <summary>Gets SHA-256 hashes of the keys that may ask, beside those of the settings.</summary>
    public string[] ApiKeyHashes { get; init; } = [];

    /// <summary>Gets a value indicating whether anybody who reaches an address other than loopback may ask.</summary>
    public bool AllowAnyone { get; init; }

    /// <summary>Gets the names that the Host header may have, or none for those that the address calls for.</summary>
    public string[] AllowedHosts { get; init; } = [];

    /// <summary>Gets how long requests are still accepted after the signal to stop, while readiness already says no.</summary>
    public TimeSpan Drain { get; init; }

    /// <summary>Gets the Redis servers that share scores among replicas, as StackExchange.Redis reads them, or <see langword="null"/> for none.</summary>
    public string? Redis { get; init; }

    /// <summary>Gets where metrics and spans are sent, or <see langword="null"/> for nowhere.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Gets a value indicating whether the log is JSON, one object per line.</summary>
    public bool LogsJson { get; init; }

    /// <summary>Gets a value indicating whether the playground is served even if keys are asked for.</summary>
    public bool ShowsPlayground { get; init; }
}
