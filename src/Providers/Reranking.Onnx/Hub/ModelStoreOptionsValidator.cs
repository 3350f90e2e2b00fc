using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Reranking.Onnx.Hub;

/// <summary>Checks <see cref="ModelStoreOptions"/>, with messages that name the key and never the token.</summary>
internal sealed class ModelStoreOptionsValidator : IValidateOptions<ModelStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelStoreOptions options)
    {
        List<string> failures = [.. Failures(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Refuses an endpoint that .NET can't read before it is bound: the binder's exception quotes it, and there can be a password in it.</summary>
    public static void ThrowIfNoAddress(IConfigurationSection section)
    {
        if (section[nameof(ModelStoreOptions.Endpoint)] is { Length: > 0 } text && !Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _))
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(ModelStoreOptions), [NoAddress(section.Path)]);
        }
    }

    public static IEnumerable<string> Failures(ModelStoreOptions options)
    {
        string path = options.SettingsPath;
        if (options.CacheFolder is { } folder && string.IsNullOrWhiteSpace(folder))
        {
            yield return $"{path}:{nameof(options.CacheFolder)} is blank; expected the path of a folder, or none.";
        }

        if (options.Endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            // Not echoed: what is not an address can be anything, a token in the wrong place too.
            yield return NoAddress(path);
        }
        else if (options.Endpoint.Query.Length + options.Endpoint.Fragment.Length > 0)
        {
            yield return $"{path}:{nameof(options.Endpoint)} has a query or a fragment; expected an address without, such as https://huggingface.co.";
        }
        else if (options.Endpoint.UserInfo.Length > 0)
        {
            yield return $"{path}:{nameof(options.Endpoint)} has a user name; expected none. Set {path}:{nameof(options.Token)}.";
        }
        else if (options.Endpoint is { Scheme: "http", IsLoopback: false } && !options.AllowInsecureHttp)
        {
            yield return $"{path}:{nameof(options.Endpoint)} is on '{options.Endpoint.Authority}' without encryption; "
                + $"expected https. Set {path}:{nameof(options.AllowInsecureHttp)} to true if the network is trusted.";
        }

        if (options.Token?.Any(static character => character is <= ' ' or > '~') == true)
        {
            yield return $"{path}:{nameof(options.Token)} has characters that no token has, such as spaces; expected it as the endpoint issued it, or none.";
        }

        if (options.MaxRetries is < 0 or > 20)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{path}:{nameof(options.MaxRetries)} is {options.MaxRetries}; expected 0 to 20.");
        }

        if (options.Timeout < TimeSpan.FromSeconds(1) || options.Timeout > TimeSpan.FromHours(1))
        {
            yield return $"{path}:{nameof(options.Timeout)} is {options.Timeout:c}; expected 00:00:01 to 01:00:00.";
        }
    }

    private static string NoAddress(string path) =>
        $"{path}:{nameof(ModelStoreOptions.Endpoint)} is not an address; expected one such as https://huggingface.co.";
}
