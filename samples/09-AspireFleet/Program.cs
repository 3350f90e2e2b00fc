using Microsoft.Extensions.Configuration;

// Three replicas of `rerank serve`, nginx in front of them, and Redis, which holds the scores that they share. The dashboard shows all five.
const int Replicas = 3;

IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder(args);
int port = builder.Configuration.GetValue("Port", 8080);   // of nginx; the replicas and Redis have the ports after it
int redisPort = port + Replicas + 1;

IResourceBuilder<ExecutableResource> redis = builder
    .AddExecutable("redis", "redis-server", ".", "--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
    .WithEndpoint(redisPort, name: "tcp", isProxied: false);

// Each replica has the bundled model inside. The server takes its port as an argument, so Aspire need not stand between it and nginx.
List<IResourceBuilder<ProjectResource>> replicas = [];
for (int i = 1; i <= Replicas; i++)
{
    replicas.Add(builder
        .AddProject<Projects.Reranking_Tool>($"rerank-{i}", launchProfileName: null)
        .WithArgs("serve", "--port", $"{port + i}", "--redis", $"127.0.0.1:{redisPort}")
        .WithHttpEndpoint(port + i, isProxied: false)
        .WithHttpHealthCheck("/health/ready")
        .WaitFor(redis));
}

string folder = Directory.CreateTempSubdirectory("rerank-fleet-").FullName;
IResourceBuilder<ExecutableResource> nginx = builder
    .AddExecutable("nginx", NginxProgram(), folder, "-c", WriteConfiguration(folder, port), "-p", folder, "-e", "stderr")
    .WithHttpEndpoint(port, isProxied: false)
    .WithHttpHealthCheck("/health/ready");
foreach (IResourceBuilder<ProjectResource> replica in replicas)
{
    nginx.WaitFor(replica);
}

try
{
    await builder.Build().RunAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// The configuration of docs/fleet, with names for one machine.
static string WriteConfiguration(string folder, int port)
{
    string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "nginx.conf"));
    for (int i = 1; i <= Replicas; i++)
    {
        text = text.Replace($"rerank-{i}:8080", $"127.0.0.1:{port + i}", StringComparison.Ordinal);
    }

    text = text.Replace("listen 8080;", $"listen 127.0.0.1:{port};", StringComparison.Ordinal);
    foreach (string name in (string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
    {
        text = text.Replace("http {\n", $"http {{\n    {name}_temp_path {Path.Combine(folder, name)};\n", StringComparison.Ordinal);
    }

    string path = Path.Combine(folder, "nginx.conf");
    File.WriteAllText(path, $"daemon off;\nmaster_process off;\npid {Path.Combine(folder, "nginx.pid")};\n{text}");
    return path;
}

// Debian has it in a folder that is on the PATH of root alone.
static string NginxProgram() => File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
