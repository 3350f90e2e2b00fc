using System.Globalization;
using System.Net;
using System.Security.Authentication;
using Polly.CircuitBreaker;
using Polly.RateLimiting;
using Polly.Timeout;

namespace Reranking.Http.Protocol;

/// <summary>
/// Creates the exceptions of a scorer. Each says which API, what was found and expected, and which setting to change; none has a text or the key in it.
/// </summary>
/// <param name="apiName">The name of the API.</param>
/// <param name="endpoint">The endpoint of requests.</param>
/// <param name="settingsPath">The path of the section with the settings.</param>
/// <param name="apiSetting">The setting that says which API it is.</param>
internal sealed class RerankErrors(string apiName, RerankEndpoint endpoint, string settingsPath, string apiSetting)
{
    /// <summary>Gets the API and its host.</summary>
    public string Api { get; } = $"{apiName} at {endpoint.Address.Authority}";

    public RelevanceScoringException NotLocal() => new(
        $"The call keeps its texts local, but {Api} is not local. "
        + $"Choose a local scorer, or set {Setting(nameof(HttpScorerOptions.DataStaysLocal))} to true if the texts are as safe there.")
    {
        IsRequestFault = true,
    };

    public RelevanceScoringException ModelRefused(string model) => new(
        $"The options ask for model '{model}', but {Api} serves a single model, which a request can't choose. "
        + "Leave RelevanceScoringOptions.ModelId out, or register a scorer for a server of that model.")
    {
        IsRequestFault = true,
    };

    public RelevanceScoringException NoTimeLeft(TimeSpan timeout) => Transient($"{Api} was not called: the call has {timeout} left; expected more than zero.");

    public RelevanceScoringException TimedOut(TimeSpan timeout, bool isCallers, Exception cause) => Transient(
        isCallers
            ? $"{Api} did not answer within the {timeout} that the call had left."
            : $"{Api} did not answer within {timeout}. Raise {Setting(nameof(HttpScorerOptions.Timeout))}, or send fewer documents.",
        cause);

    public RelevanceScoringException AttemptTimedOut(TimeSpan timeout, Exception cause) => Transient(
        $"{Api} did not begin to answer within {timeout}. Raise {Setting(nameof(HttpScorerOptions.AttemptTimeout))}, or send fewer documents.", cause);

    public RelevanceScoringException CanceledByClient(Exception cause) => Transient(
        $"The HttpClient canceled the request to {Api}. Raise its Timeout above {Setting(nameof(HttpScorerOptions.Timeout))}.", cause);

    // What a handler throws can be anything, so only its type is named.
    public RelevanceScoringException ClientFailed(Exception cause) =>
        new($"The HttpClient failed to send the request to {Api} with {cause.GetType().Name}. Check its handlers.");

    public RelevanceScoringException CircuitOpen(Exception cause) => Transient($"{Api} was not called: a circuit breaker of its HttpClient is open.", cause);

    public RelevanceScoringException RateLimited(TimeSpan? retryAfter, Exception cause) => Refused(
        $"{Api} was not called: {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} allows the next request "
        + $"{(retryAfter is { } wait ? $"in {wait}" : "later")}, which is too late for this call.",
        cause);

    public RelevanceScoringException RateLimitedInBackground(Exception cause) => Refused(
        $"{Api} was not called: half of {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} is reserved for calls that somebody waits for, "
        + "and this one runs in the background.",
        cause);

    public RelevanceScoringException RateLimitedRetry(Exception cause) => Transient(
        $"{Api} failed, and {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} allows no other attempt in time.", cause);

    public RelevanceScoringException Unreachable(HttpRequestException cause)
    {
        // A certificate stays invalid; a connection can come back.
        bool isCertificate = cause.InnerException is AuthenticationException;
        string reason = cause.HttpRequestError == HttpRequestError.Unknown ? "" : $" ({cause.HttpRequestError})";
        string other = isCertificate ? "the certificate of the server" : "the network";
        return new RelevanceScoringException(
            $"{Api} can't be reached{reason}. Check {Setting(nameof(HttpScorerOptions.Endpoint))} and {other}.", Own(cause))
        {
            IsTransient = !isCertificate,
        };
    }

    public RelevanceScoringException BrokenOff(Exception cause) => Transient(
        $"The response of {Api} broke off. The request is not sent again, because it was answered and may have been billed.", cause);

    public RelevanceScoringException Redirected(HttpStatusCode status, string? target) => new(
        $"{Api} returned {(int)status} and redirects to {target ?? "no address"}, "
        + $"to which texts and key are not sent. Set {Setting(nameof(HttpScorerOptions.Endpoint))} to the new address if you trust it.");

    public RelevanceScoringException RedirectedByClient(string target) => new(
        $"The HttpClient followed a redirect from {Api} to {target}. "
        + $"Switch AllowAutoRedirect off in its handler, and set {Setting(nameof(HttpScorerOptions.Endpoint))} to the new address if you trust it.");

    public RelevanceScoringException NotJson(string? mediaType, long length) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Api} returned {length} bytes of {ExceptionRedactor.MediaType(mediaType)} that are not JSON. Check {Setting(nameof(HttpScorerOptions.Endpoint))}."));

    public RelevanceScoringException NoneScored(int count) => new(
        string.Create(CultureInfo.InvariantCulture, $"{Api} could not score any of {count} documents; expected a number for one of them at least. ")
        + $"Check {Setting(nameof(HttpScorerOptions.Model))}.");

    public RelevanceScoringException PropertyRefused(string? name, string expected) => new(
        $"{Api} was not called: the call has the additional property {(name is null ? "whose name can't be a field" : $"'{name}'")}; expected {expected}. "
        + $"Fields that only this server knows are set by {Setting(nameof(HttpScorerOptions.AdditionalProperties))}.")
    {
        IsRequestFault = true,
    };

    public RelevanceScoringException TooLong(int maxLength) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Api} returned more than the {maxLength} bytes that scores can take. "
        + $"Check {Setting(nameof(HttpScorerOptions.Endpoint))} and {Setting(apiSetting)}."));

    public RelevanceScoringException Invalid(string found, string expected, string? setting = null) =>
        new($"{Api} {found}; expected {expected}. Check {Setting(setting ?? apiSetting)}.");

    /// <summary>Creates the exception of an error.</summary>
    /// <param name="status">The status of the response.</param>
    /// <param name="body">What its body says.</param>
    /// <param name="redactor">What of that can be shown.</param>
    /// <param name="retryAfter">How long the API asks to wait, or <see langword="null"/>.</param>
    public RelevanceScoringException Error(HttpStatusCode status, RerankErrorBody body, ResponseRedactor redactor, TimeSpan? retryAfter)
    {
        // An error inside a 200 is what its body says.
        int code = (int)status < 400 ? body.Status ?? 0 : (int)status;
        string? word = redactor.Code(body.Code) is { } shown && !shown.Equals($"{status}", StringComparison.OrdinalIgnoreCase) ? shown : null;
        string[] names = [.. new[] { Enum.IsDefined(status) ? $"{status}" : null, word }.OfType<string>()];
        string name = names.Length == 0 ? $"{(int)status}" : $"{(int)status} ({string.Join(", ", names)})";
        string error = (int)status >= 400 ? "" : code == 0 ? " with an error" : $" with the error {code}";
        string detail = string.IsNullOrWhiteSpace(body.Message) ? "" : $": {redactor.Message(body.Message).TrimEnd('.', ' ')}";
        bool isOversized = IsOversized(status, body);
        bool isTransient = IsTransient(code) && !isOversized;
        string wait = isTransient && retryAfter is { } pause ? $" It asks for a pause of {pause}." : "";
        return new RelevanceScoringException($"{Api} returned {name}{error}{detail}.{wait}{(isOversized ? OversizedAdvice : Advice(code))}")
        {
            IsTransient = isTransient,
            IsRequestFault = isOversized || IsRequestFault(code),
        };
    }

    /// <summary>Returns whether an error says that the request or one of its documents is too large.</summary>
    /// <remarks>llama.cpp says it with a 500.</remarks>
    public static bool IsOversized(HttpStatusCode status, RerankErrorBody body) =>
        (int)status == 413 || ((int)status is 200 or 400 or 422 or 500 && body.IsOversized);

    private static bool IsTransient(int status) => status is 408 or 429 or (>= 500 and not 501);

    // A wrong model or API can cause them too: then each call fails in vain, which costs less than a circuit that one query opens for all.
    private static bool IsRequestFault(int status) => status is 400 or 413 or 422;

    private static RelevanceScoringException Transient(string message, Exception? cause = null) => new(message, Own(cause)) { IsTransient = true };

    private static RelevanceScoringException Refused(string message, Exception cause) =>
        new(message, Own(cause)) { IsTransient = true, IsRateLimited = true };

    private string Advice(int status) => status switch
    {
        400 or 422 => $" Check {Setting(nameof(HttpScorerOptions.Model))} and {Setting(apiSetting)}.",
        401 or 403 or 498 => $" Check {Setting(nameof(HttpScorerOptions.ApiKey))}.",
        402 => $" Check the account of {Setting(nameof(HttpScorerOptions.ApiKey))}.",
        404 or 405 or 501 => $" The path was '{endpoint.ShownPath}'. "
            + $"Check {Setting(nameof(HttpScorerOptions.Endpoint))}, {Setting(apiSetting)} and {Setting(nameof(HttpScorerOptions.Model))}.",
        429 => $" Lower {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} or {Setting(nameof(HttpScorerOptions.MaxConcurrency))}.",
        _ => "",
    };

    private string OversizedAdvice =>
        $" Lower {Setting(nameof(HttpScorerOptions.MaxDocumentsPerRequest))}, send shorter documents, "
        + $"or check {Setting(nameof(HttpScorerOptions.OversizedDocuments))}.";

    public string Setting(string name) => $"{settingsPath}:{name}";

    // What the pipeline throws is of this side; what it chains need not be.
    private static Exception? Own(Exception? cause) => cause switch
    {
        TimeoutRejectedException late => new TimeoutRejectedException($"The attempt took longer than {late.Timeout}.", late.Timeout),
        RateLimiterRejectedException { RetryAfter: { } wait } => new RateLimiterRejectedException(wait),
        RateLimiterRejectedException => new RateLimiterRejectedException(),
        BrokenCircuitException => new BrokenCircuitException(),
        _ => ExceptionRedactor.Redact(cause),
    };
}
