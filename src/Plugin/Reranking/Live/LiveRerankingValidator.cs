using Microsoft.Extensions.Options;

namespace Reranking.Live;

/// <summary>Checks the configuration when the host starts.</summary>
internal sealed class LiveRerankingValidator(LiveReranking live) : IValidateOptions<LiveRerankingOptions>
{
    public ValidateOptionsResult Validate(string? name, LiveRerankingOptions options) =>
        live.Start() is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
}

/// <summary>Stands for the configuration where options are validated; the values are in <see cref="LiveReranking"/>.</summary>
internal sealed class LiveRerankingOptions;
