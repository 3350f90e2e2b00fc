using System.Globalization;
using Microsoft.Extensions.Options;

namespace Reranking;

/// <summary>Checks <see cref="RerankingServerOptions"/> when the host starts.</summary>
internal sealed class RerankingServerOptionsValidator : IValidateOptions<RerankingServerOptions>
{
    private const int HashLength = 64;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, RerankingServerOptions options)
    {
        List<string> failures = [];
        AtLeastOne(options.MaxBodyBytes, nameof(options.MaxBodyBytes));
        AtLeastOne(options.MaxDocuments, nameof(options.MaxDocuments));
        AtLeastOne(options.MaxQueryLength, nameof(options.MaxQueryLength));
        AtLeastOne(options.MaxDocumentLength, nameof(options.MaxDocumentLength));
        AtLeastOne(options.MaxQueuedTokens, nameof(options.MaxQueuedTokens));
        AtLeastOne(options.MaxConcurrentRequests, nameof(options.MaxConcurrentRequests));
        if (options.Section?.GetSection(nameof(options.RequestTimeout)) is { } timeout && TimeSetting.Failure(timeout, options.RequestTimeout) is { } failure)
        {
            failures.Add(failure);
        }
        else if (options.RequestTimeout <= TimeSpan.Zero || options.RequestTimeout > LongestTimeout)
        {
            failures.Add($"{Path(nameof(options.RequestTimeout))} is {options.RequestTimeout}; expected more than 00:00:00 and at most {LongestTimeout}.");
        }

        for (int i = 0; i < options.ApiKeyHashes.Count; i++)
        {
            if (options.ApiKeyHashes[i] is not { Length: HashLength } hash || !hash.All(char.IsAsciiHexDigit))
            {
                // Whatever it is instead may be the key itself.
                failures.Add(
                    $"{Path(nameof(options.ApiKeyHashes))}:{i} is not a SHA-256 hash; expected {HashLength} hexadecimal digits (printf %s KEY | sha256sum).");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void AtLeastOne(long value, string setting)
        {
            if (value < 1)
            {
                failures.Add(string.Create(CultureInfo.InvariantCulture, $"{Path(setting)} is {value}; expected at least 1."));
            }
        }
    }

    private static string Path(string setting) => $"{RerankingServerOptions.SectionName}:{setting}";
}
