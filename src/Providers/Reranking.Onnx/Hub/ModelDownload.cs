using Microsoft.Extensions.Logging;

namespace Reranking.Onnx.Hub;

/// <summary>Downloads a model: which commit it is, which files that has, each of them, and last the manifest that says that the folder is complete.</summary>
/// <param name="hub">Asks the endpoint.</param>
/// <param name="retry">Asks again after a failure that may pass.</param>
/// <param name="options">The endpoint and the limits.</param>
/// <param name="logger">Receives a line per download.</param>
internal sealed partial class ModelDownload(HubClient hub, HubRetry retry, ModelStoreOptions options, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Downloads what is missing of a model, and returns its folder. The caller holds the lock of <paramref name="home"/>.</summary>
    /// <param name="plan">Which files of which repository.</param>
    /// <param name="home">The folder of all revisions of the repository.</param>
    /// <param name="progress">Receives reports, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops the download; the next one resumes it.</param>
    public async Task<string> RunAsync(ModelPlan plan, string home, IProgress<ModelDownloadProgress>? progress, CancellationToken cancellationToken)
    {
        if (!plan.IsKnown)
        {
            LogUnknown(plan.Model);
        }

        (string revision, string? commit) = await ResolveAsync(plan, home, cancellationToken).ConfigureAwait(false);
        LogDownloading(plan.Model, plan.Repository, revision, options.PublicEndpoint);
        List<(PlannedFile Planned, HubRequest Request, HubFile File)> files = [];
        foreach (PlannedFile planned in plan.Files)
        {
            HubRequest request = hub.RequestOf(plan, revision, planned.Path);
            if (await FindAsync(request, cancellationToken).ConfigureAwait(false) is { } file)
            {
                files.Add((planned, request, file));
            }
            else if (!planned.IsOptional)
            {
                throw request.Missing();
            }
        }

        string folder = Path.Combine(home, commit ?? revision);
        var download = new FileDownload(hub, retry, options, _logger);
        ModelManifest? before = ModelManifest.TryRead(folder);
        List<ModelManifestFile> entries = [];

        // First, since only it says which other files there are.
        int modules = files.FindIndex(static file => file.Planned.Path == ModelPlan.ModulesFile);
        if (modules >= 0)
        {
            (PlannedFile planned, HubRequest request, HubFile file) = files[modules];
            var uncounted = new DownloadMeter(plan.Model, file.Length, progress: null);
            PlannedFile recorded = planned.WithRecorded(before?.Find(planned.Path), folder);
            entries.Add(await download.RunAsync(request, recorded, file, folder, uncounted, cancellationToken).ConfigureAwait(false));
            files.RemoveAt(modules);
            byte[] json = await File.ReadAllBytesAsync(Path.Combine(folder, planned.Path), cancellationToken).ConfigureAwait(false);
            foreach (PlannedFile module in ModelPlan.FilesOf(json).Where(module => plan.Files.All(other => other.Path != module.Path)))
            {
                HubRequest moduleRequest = hub.RequestOf(plan, revision, module.Path);
                if (await FindAsync(moduleRequest, cancellationToken).ConfigureAwait(false) is { } found)
                {
                    files.Insert(modules++, (module, moduleRequest, found));
                }
            }
        }

        long? total = Total(files.Select(static file => file.File.Length));
        var meter = new DownloadMeter(plan.Model, total, progress);
        foreach ((PlannedFile planned, HubRequest request, HubFile file) in files)
        {
            PlannedFile recorded = planned.WithRecorded(before?.Find(planned.Path), folder);
            entries.Add(await download.RunAsync(request, recorded, file, folder, meter, cancellationToken).ConfigureAwait(false));
        }

        long bytes = entries.Sum(static entry => entry.Length);
        int firstUse = entries.Count(static entry => entry.Trust == ModelFileTrust.FirstUse);

        // Other ONNX files of the same commit stay.
        ModelManifestFile[] others = [.. (before?.Files ?? []).Where(other => entries.TrueForAll(entry => entry.Path != other.Path))];
        var manifest = new ModelManifest
        {
            Model = plan.Model,
            Repository = plan.Repository,
            Revision = plan.Revision,
            Commit = commit,
            Endpoint = options.PublicEndpoint.AbsoluteUri,
            Files = [.. entries, .. others],
        };
        manifest.Write(folder);
        if (plan.IsKnown)
        {
            var verified = new VerifiedFiles(folder);
            entries.ForEach(entry => verified.Note(entry.Path, entry.Sha256));
            verified.Save();
        }

        LogDownloaded(plan.Model, folder, bytes, firstUse);
        return folder;
    }

    // What a server says of lengths can be anything.
    private static long? Total(IEnumerable<long?> lengths)
    {
        long total = 0;
        foreach (long? length in lengths)
        {
            if (length is not { } known || known > long.MaxValue - total)
            {
                return null;
            }

            total += known;
        }

        return total;
    }

    // The revision of the address, and the commit that the endpoint says it is. That of a branch is asked for once and recorded.
    private async Task<(string Revision, string? Commit)> ResolveAsync(ModelPlan plan, string home, CancellationToken cancellationToken)
    {
        string revision = StoredModel.PinOf(plan, home) ?? plan.Revision;
        HubRequest request = hub.RequestOf(plan, revision, plan.Files[0].Path);
        HubFile file = await FindAsync(request, cancellationToken).ConfigureAwait(false) ?? throw request.Missing();
        if (ModelName.IsCommit(revision) && file.Commit is not null && file.Commit != revision)
        {
            throw new RelevanceScoringException($"'{request.Address}' is of commit {file.Commit}; expected {revision}. Check {options.SettingsPath}:Endpoint.");
        }

        string resolved = file.Commit ?? revision;
        if (!ModelName.IsCommit(plan.Revision))
        {
            AtomicFile.WriteAllBytes(StoredModel.PinFile(plan, home), System.Text.Encoding.UTF8.GetBytes(resolved));
        }

        return (resolved, ModelName.IsCommit(resolved) ? resolved : null);
    }

    private Task<HubFile?> FindAsync(HubRequest request, CancellationToken cancellationToken) =>
        retry.RunAsync(() => hub.FindAsync(request, cancellationToken), static () => 0, cancellationToken);

    [LoggerMessage(
        EventId = 80, Level = LogLevel.Information, Message = "Downloading model {Model} from repository {Repository} at revision {Revision} of {Endpoint}.")]
    private partial void LogDownloading(string model, string repository, string revision, Uri endpoint);

    [LoggerMessage(
        EventId = 81,
        Level = LogLevel.Information,
        Message = "Model {Model} is in {Folder}: {Bytes} bytes; {FirstUseCount} of its files are trusted on first use.")]
    private partial void LogDownloaded(string model, string folder, long bytes, int firstUseCount);

    [LoggerMessage(
        EventId = 82,
        Level = LogLevel.Warning,
        Message = "Model {Model} is not in the catalog: its files are found by their usual names and trusted on first use.")]
    private partial void LogUnknown(string model);
}
