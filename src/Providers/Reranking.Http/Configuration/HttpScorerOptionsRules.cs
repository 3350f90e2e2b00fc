using System.Globalization;
using Reranking.Http.Protocol;

namespace Reranking.Http.Configuration;

/// <summary>The rules of <see cref="HttpScorerOptions"/>. No message shows the key.</summary>
internal static class HttpScorerOptionsRules
{
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    /// <summary>Returns a message for each option that is wrong.</summary>
    /// <param name="options">The options.</param>
    /// <param name="isUsed">Whether calls go to the scorer; one that is only configured can lack key, model and endpoint.</param>
    public static IEnumerable<string> Failures(HttpScorerOptions options, bool isUsed)
    {
        if (!Enum.IsDefined(options.Api))
        {
            return [Message(options, nameof(options.Api), options.Api, string.Join(", ", Enum.GetNames<RerankApi>()))];
        }

        RerankDialect dialect = RerankDialects.Get(options.Api);
        return
        [
            .. EndpointFailures(options, dialect),
            .. SecretFailures(options),
            .. RangeFailures(options, dialect),
            .. isUsed ? MissingFailures(options, dialect) : [],
        ];
    }

    private static IEnumerable<string> EndpointFailures(HttpScorerOptions options, RerankDialect dialect)
    {
        const string Key = nameof(options.Endpoint);
        if (options.Endpoint is not { } address)
        {
            if (options.DataStaysLocal == true && dialect.Host is { } host)
            {
                yield return $"{options.SettingsPath}:{nameof(options.DataStaysLocal)} is True, but without {options.SettingsPath}:{Key} texts go to '{host}'; "
                    + "expected an address of your own.";
            }
        }
        else if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
        {
            // Not echoed: what is not an address can be anything, a key in the wrong place too.
            yield return $"{options.SettingsPath}:{Key} is not an address; expected one that begins with https://, or http:// for this machine.";
        }
        else if (address.UserInfo.Length > 0)
        {
            yield return $"{options.SettingsPath}:{Key} has a user name or password; expected an address without. "
                + $"A key goes into {options.SettingsPath}:{nameof(options.ApiKey)}.";
        }
        else if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && !options.AllowInsecureHttp)
        {
            yield return $"{options.SettingsPath}:{Key} sends texts and key unencrypted to '{address.Authority}'; "
                + $"expected https://, or {options.SettingsPath}:{nameof(options.AllowInsecureHttp)} to be true.";
        }
    }

    private static IEnumerable<string> SecretFailures(HttpScorerOptions options)
    {
        if (options.ApiKey is { } key && key.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            yield return $"{options.SettingsPath}:{nameof(options.ApiKey)} has a space, a line break or another character that no HTTP header takes; "
                + "expected only the key.";
        }
    }

    private static IEnumerable<string> RangeFailures(HttpScorerOptions options, RerankDialect dialect)
    {
        if (options.MaxDocumentsPerRequest is < 1 or > 10_000)
        {
            yield return Message(options, nameof(options.MaxDocumentsPerRequest), options.MaxDocumentsPerRequest, "1 to 10000, or none");
        }

        if (options.MaxConcurrency is < 1 or > 64)
        {
            yield return Message(options, nameof(options.MaxConcurrency), options.MaxConcurrency, "1 to 64");
        }

        if (options.Timeout < ShortestTimeout || options.Timeout > LongestTimeout)
        {
            yield return Message(options, nameof(options.Timeout), options.Timeout, $"{ShortestTimeout} to {LongestTimeout}");
        }
        else if (options.AttemptTimeout < ShortestTimeout || options.AttemptTimeout > options.Timeout)
        {
            yield return Message(
                options,
                nameof(options.AttemptTimeout),
                options.AttemptTimeout,
                $"{ShortestTimeout} to the {options.Timeout} of {options.SettingsPath}:{nameof(options.Timeout)}, or none");
        }

        if (options.MaxRetries is < 0 or > 10)
        {
            yield return Message(options, nameof(options.MaxRetries), options.MaxRetries, "0 to 10");
        }

        if (options.RequestsPerMinute is < 1 or > 1_000_000)
        {
            yield return Message(options, nameof(options.RequestsPerMinute), options.RequestsPerMinute, "1 to 1000000, or none");
        }

        if (options.MaxTokensPerDocument < 1)
        {
            yield return Message(options, nameof(options.MaxTokensPerDocument), options.MaxTokensPerDocument, "1 or more, or none");
        }
        else if (options.MaxTokensPerDocument is { } tokens && dialect.MaxTokensField is null)
        {
            yield return NoField(options, nameof(options.MaxTokensPerDocument), tokens);
        }

        foreach (string failure in FieldFailures(options, dialect))
        {
            yield return failure;
        }

        if (!Enum.IsDefined(options.OversizedDocuments))
        {
            yield return Message(
                options, nameof(options.OversizedDocuments), options.OversizedDocuments, string.Join(", ", Enum.GetNames<OversizedDocuments>()));
        }

        if (options.ScoreKind is { } kind && !Enum.IsDefined(kind))
        {
            yield return Message(options, nameof(options.ScoreKind), kind, $"{string.Join(", ", Enum.GetNames<HttpScoreKind>())}, or none");
        }
    }

    // What an API can't be told is refused rather than left out.
    private static IEnumerable<string> FieldFailures(HttpScorerOptions options, RerankDialect dialect)
    {
        if (options.Priority is < 0 or > 999)
        {
            yield return Message(options, nameof(options.Priority), options.Priority, "0 to 999, or none");
        }
        else if (options.Priority is { } priority && dialect.PriorityField is null)
        {
            yield return NoField(options, nameof(options.Priority), priority);
        }

        if (options.Instruction is not null && dialect.InstructionField is null)
        {
            yield return NoField(options, nameof(options.Instruction), "set");
        }

        if (options.Truncate is { } truncates && dialect.Truncation?.IsKnownTo(options.Model) != true)
        {
            yield return NoField(options, nameof(options.Truncate), truncates);
        }

        if (options.SendTopN && dialect.TopField is null)
        {
            yield return NoField(options, nameof(options.SendTopN), true);
        }

        foreach ((string? name, string expected) in RequestFields.Failures(options.AdditionalProperties))
        {
            string found = name is null ? "a name that can't be a field" : $"'{name}'";
            yield return $"{options.SettingsPath}:{nameof(options.AdditionalProperties)} has {found}; expected {expected}.";
        }

        (string? Field, bool IsSet, string Key)[] fields =
        [
            (dialect.MaxTokensField, options.MaxTokensPerDocument is not null, nameof(options.MaxTokensPerDocument)),
            (dialect.PriorityField, options.Priority is not null, nameof(options.Priority)),
            (dialect.InstructionField, options.Instruction is not null, nameof(options.Instruction)),
            (dialect.Truncation?.Name, options.Truncate is not null, nameof(options.Truncate)),
        ];
        foreach ((string? field, bool isSet, string key) in fields)
        {
            if (isSet && field is not null && options.AdditionalProperties?.ContainsKey(field) == true)
            {
                yield return $"{options.SettingsPath}:{nameof(options.AdditionalProperties)} has '{field}', "
                    + $"which {options.SettingsPath}:{key} sets too; expected one of them.";
            }
        }
    }

    private static string NoField(HttpScorerOptions options, string key, object found) =>
        Message(options, key, found, $"none, because the API {options.Api}{(key == nameof(options.Truncate) ? " or its model" : "")} has no such field");

    private static IEnumerable<string> MissingFailures(HttpScorerOptions options, RerankDialect dialect)
    {
        if (options.Endpoint is null && dialect.Host is null)
        {
            yield return $"{options.SettingsPath}:{nameof(options.Endpoint)} is not set; "
                + $"expected the address of the server, since the API {options.Api} has no default one.";
        }

        // A server of your own may need no key, whichever API it implements.
        bool isOwn = options.DataStaysLocal == true || RerankEndpoint.From(options, dialect) is { IsLoopback: true };
        if (dialect.NeedsKey && !isOwn && string.IsNullOrEmpty(options.ApiKey))
        {
            yield return $"{options.SettingsPath}:{nameof(options.ApiKey)} is not set; expected the key of the API.{WhereKeysGo(options)}";
        }

        if (dialect.NeedsModel && string.IsNullOrEmpty(options.Model))
        {
            yield return $"{options.SettingsPath}:{nameof(options.Model)} is not set; expected the name of a model, since the API {options.Api} needs one.";
        }
    }

    private static string Message(HttpScorerOptions options, string key, object? found, string expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{options.SettingsPath}:{key} is {found}; expected {expected}.");

    // Options made in code have no path; whoever wrote the code knows where its key is from.
    private static string WhereKeysGo(HttpScorerOptions options) => !options.SettingsPath.Contains(':', StringComparison.Ordinal) ? ""
        : $" Set {options.SettingsPath.Replace(":", "__", StringComparison.Ordinal)}__{nameof(options.ApiKey)} in the environment, or use user secrets, "
            + "which a host reads only if its environment is Development.";
}
