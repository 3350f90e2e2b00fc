using System.Globalization;
using System.Net;
using System.Security.Authentication;

namespace Reranking.Http.Protocol;

/// <summary>Puts failures into words: which API, what was found and expected, and the setting to change. No text of a query or document, and no key.</summary>
internal sealed class RerankErrors(string api, Uri endpoint, string settingsPath, string apiSetting)
{
    private readonly string _who = $"{api} at {endpoint.Authority}";

    /// <summary>Gets the API and its host.</summary>
    public string Who => _who;

    public RelevanceScoringException NotLocal() => new(
        $"The call keeps its texts local, but {_who} is not local. Choose a local scorer, or set {Setting(nameof(HttpScorerOptions.DataStaysLocal))} to true if the texts are as safe there.");

    public RelevanceScoringException NoTimeLeft(TimeSpan timeout) => Transient($"{_who} was not asked: the call has {timeout} left; expected more than zero.");

    public RelevanceScoringException TookTooLong(TimeSpan timeout, bool byCaller, Exception cause) => Transient(
        byCaller
            ? $"{_who} did not answer within the {timeout} that the call had left."
            : $"{_who} did not answer within {timeout}. Raise {Setting(nameof(HttpScorerOptions.Timeout))}, or send fewer documents.",
        cause);

    public RelevanceScoringException AttemptTookTooLong(TimeSpan timeout, Exception cause) => Transient(
        $"{_who} did not begin to answer within {timeout}. Raise {Setting(nameof(HttpScorerOptions.AttemptTimeout))}, or send fewer documents.", cause);

    public RelevanceScoringException CanceledByClient(Exception cause) => Transient(
        $"The HttpClient ended the request to {_who} by itself. Raise its Timeout above {Setting(nameof(HttpScorerOptions.Timeout))}.", cause);

    public RelevanceScoringException CircuitOpen(Exception cause) => Transient($"{_who} was not asked: most of the latest requests failed, and it is left alone for a while.", cause);

    public RelevanceScoringException RateLimited(TimeSpan? retryAfter, Exception cause) => Transient(
        $"{_who} was not asked: {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} allows the next request {(retryAfter is { } wait ? $"in {wait}" : "later")}, which is too late for this call.", cause);

    public RelevanceScoringException GaveWay(Exception cause) => Transient(
        $"{_who} was not asked: nobody waits for the answer, and half of {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} is for calls that somebody waits for.", cause);

    public RelevanceScoringException Unreachable(HttpRequestException cause)
    {
        // A certificate does not mend itself; a lost connection may.
        bool isCertificate = cause.InnerException is AuthenticationException;
        string what = cause.HttpRequestError == HttpRequestError.Unknown ? "" : $" ({cause.HttpRequestError})";
        return new RelevanceScoringException(
            $"{_who} can't be reached{what}. Check {Setting(nameof(HttpScorerOptions.Endpoint))}{(isCertificate ? " and the certificate of the server" : " and the network")}.", cause)
        {
            IsTransient = !isCertificate,
        };
    }

    public RelevanceScoringException BrokenOff(Exception cause) => Transient(
        $"The answer of {_who} broke off in the middle. The request is not sent again, because it was answered and may have been billed.", cause);

    public RelevanceScoringException Redirected(HttpStatusCode status, Uri? target) => new(
        $"{_who} answered {(int)status} and sends requests to {(target is null ? "nowhere" : $"'{target.Scheme}://{target.Authority}'")}, where texts and key do not follow. " +
        $"Set {Setting(nameof(HttpScorerOptions.Endpoint))} to the new address if you trust it.");

    public RelevanceScoringException Followed(Uri target) => new(
        $"The HttpClient followed a redirect from {_who} to '{target.Scheme}://{target.Authority}'. " +
        $"Switch AllowAutoRedirect off in its handler, and set {Setting(nameof(HttpScorerOptions.Endpoint))} to the new address if you trust it.");

    public RelevanceScoringException NotJson(string? mediaType, long length) => new(
        string.Create(CultureInfo.InvariantCulture, $"{_who} answered {length} bytes of {mediaType ?? "no type"} that are no JSON. Check {Setting(nameof(HttpScorerOptions.Endpoint))}."));

    public RelevanceScoringException TooLong(int maxLength) => new(
        string.Create(CultureInfo.InvariantCulture, $"{_who} answered more than the {maxLength} bytes that scores can take. Check {Setting(nameof(HttpScorerOptions.Endpoint))} and {Setting(apiSetting)}."));

    public RelevanceScoringException Unusable(string found, string expected, string? setting = null) =>
        new($"{_who} {found}; expected {expected}. Check {Setting(setting ?? apiSetting)}.");

    /// <summary>Gives the failure of an error status.</summary>
    /// <param name="status">The status.</param>
    /// <param name="path">The path of the address that was asked.</param>
    /// <param name="message">What the API says, or <see langword="null"/> where it says nothing.</param>
    /// <param name="isWithheld">Whether the API says something that may not be shown.</param>
    /// <param name="retryAfter">How long the API wants to be left alone, if it says so.</param>
    public RelevanceScoringException Status(HttpStatusCode status, string path, string? message, bool isWithheld, TimeSpan? retryAfter)
    {
        string name = Enum.IsDefined(status) ? $"{(int)status} ({status})" : $"{(int)status}";
        string said = isWithheld ? ", with a message that repeats a text or the key and is left out" : message is null ? "" : $": {message.TrimEnd('.', ' ')}";
        bool isTransient = IsTransient((int)status);
        string wait = isTransient && retryAfter is { } pause ? $" It asks for a pause of {pause}." : "";
        return new RelevanceScoringException($"{_who} answered {name}{said}.{wait}{Advice((int)status, path)}") { IsTransient = isTransient, IsRequestFault = IsRequestFault((int)status) };
    }

    private static bool IsTransient(int status) => status is 408 or 429 or (>= 500 and not 501);

    // A wrong model or dialect may be answered like that too: then each call asks in vain, which costs less than a circuit that one query opens for all.
    private static bool IsRequestFault(int status) => status is 400 or 413 or 422;

    private string Advice(int status, string path) => status switch
    {
        400 or 422 => $" Check {Setting(nameof(HttpScorerOptions.Model))} and {Setting(apiSetting)}.",
        401 or 403 or 498 => $" Check {Setting(nameof(HttpScorerOptions.ApiKey))}.",
        402 => $" Check the account of {Setting(nameof(HttpScorerOptions.ApiKey))}.",
        404 or 405 or 501 => $" The path was '{path}'. Check {Setting(nameof(HttpScorerOptions.Endpoint))}, {Setting(apiSetting)} and {Setting(nameof(HttpScorerOptions.Model))}.",
        413 => $" Lower {Setting(nameof(HttpScorerOptions.MaxDocumentsPerRequest))}.",
        429 => $" Lower {Setting(nameof(HttpScorerOptions.RequestsPerMinute))} or {Setting(nameof(HttpScorerOptions.MaxConcurrency))}.",
        _ => "",
    };

    private static RelevanceScoringException Transient(string message, Exception? cause = null) => new(message, cause) { IsTransient = true };

    private string Setting(string name) => $"{settingsPath}:{name}";
}
