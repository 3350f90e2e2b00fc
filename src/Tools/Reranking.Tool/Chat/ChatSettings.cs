using System.Globalization;
using Microsoft.Extensions.Configuration;
using Reranking.Tool.Scoring;

namespace Reranking.Tool.Chat;

/// <summary>Which chat model to ask: any endpoint that speaks OpenAI's chat completions.</summary>
/// <param name="Endpoint">The base address, such as <c>http://localhost:11434/v1</c>.</param>
/// <param name="Model">The name of the model.</param>
internal sealed record ChatSettings(Uri Endpoint, string Model)
{
    private const string Section = "Chat";

    /// <summary>Gets the key, or <see langword="null"/> if the endpoint takes none. It comes from the file alone: everybody sees the command line.</summary>
    public string? ApiKey { get; private init; }

    /// <summary>Gets the temperature, or <see langword="null"/> for that of the endpoint; some models take no other.</summary>
    public double? Temperature { get; private init; }

    /// <summary>Gets what messages call the endpoint: without what may be secret in it.</summary>
    public string Name => Endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <summary>Reads the section <c>Chat</c> of a file; options come before it.</summary>
    /// <exception cref="ToolException">Something is missing, or the endpoint is not allowed.</exception>
    public static ChatSettings Read(string? file, string? endpoint, string? model)
    {
        IConfigurationSection? section = file is null ? null : SettingsFile.Read(file).GetSection(Section);
        string? address = endpoint ?? section?["Endpoint"];
        if (string.IsNullOrEmpty(address))
        {
            throw new ToolException(
                $"--chat needs an endpoint; expected --chat-endpoint http://localhost:11434/v1, or {Section}:Endpoint in the file of --config.");
        }

        string? name = model ?? section?["Model"];
        if (string.IsNullOrWhiteSpace(name))
        {
            throw new ToolException($"--chat needs a model; expected --chat-model NAME, or {Section}:Model in the file of --config.");
        }

        string source = endpoint is null ? $"{Section}:Endpoint" : "--chat-endpoint";
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("https" or "http"))
        {
            throw new ToolException($"{source} is not an address of a server; expected one such as https://api.openai.com/v1.");
        }

        if (uri.Scheme == Uri.UriSchemeHttp && !uri.IsLoopback)
        {
            throw new ToolException($"{source} is on '{uri.Host}' without encryption, and passages would go there; expected https, or http on this machine.");
        }

        return new ChatSettings(uri, name) { ApiKey = section?["ApiKey"] is { Length: > 0 } key ? key : null, Temperature = ReadTemperature(section) };
    }

    // That of a record would have the key in it.
    public override string ToString() => $"{Model} at {Name}";

    private static double? ReadTemperature(IConfigurationSection? section) =>
        section?["Temperature"] is not { Length: > 0 } text ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 2 ? value
            : throw new ToolException($"{Section}:Temperature is '{text}'; expected a number from 0 to 2.");
}
